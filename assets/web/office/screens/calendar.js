/** The working days of a year, by which deadlines are counted. */
import { table } from '../../kit/table.js';
import { today } from '../../page/clock.js';
import { day, t } from '../../page/i18n.js';
import { el } from '../../shared/dom.js';
import * as api from '../api.js';

/** @type {import('../types.d.ts').Screen} */
export async function calendarScreen(_app, [, asked]) {
  const year = Number(asked) || Number(today().slice(0, 4));
  const { provisional, notice, off, work } = await api.calendar(year);
  // Weekends go without saying; what differs from them is what people look for.
  const holidays = off.filter((one) => !isWeekend(one));
  return {
    title: t('calendar.of', { year }),
    nodes: [
      el('nav', { class: 'buttons', 'aria-label': t('calendar.years') }, el('a', { class: 'button', href: `#calendar/${year - 1}` }, t('calendar.year', { year: year - 1 })), el('a', { class: 'button', href: `#calendar/${year + 1}` }, t('calendar.year', { year: year + 1 }))),
      el('p', { class: provisional ? 'notice problem' : 'notice', id: 'notice' }, provisional ? t('calendar.provisional') : t('calendar.announced', { notice: notice ?? '' })),
      el('section', { class: 'panel' }, el('h2', {}, t('calendar.off', { n: holidays.length })), days(holidays, t('calendar.off_name'))),
      el('section', { class: 'panel' }, el('h2', {}, t('calendar.work', { n: work.length })), days(work, t('calendar.work_name'))),
    ],
  };
}

/** @param {string[]} all @param {string} what */
function days(all, what) {
  if (all.length === 0) return el('p', { class: 'hint' }, t('calendar.none'));
  return table({ caption: what, head: [t('calendar.day'), t('calendar.weekday')], rows: all.map((one) => [day(one), t(`weekday.${weekdayOf(one)}`)]) });
}

/** 0 is Sunday. @param {string} text */
const weekdayOf = (text) => new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(4, 6)) - 1, Number(text.slice(6)))).getUTCDay();

/** @param {string} text */
const isWeekend = (text) => [0, 6].includes(weekdayOf(text));
