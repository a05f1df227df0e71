/** Numbers of persons and units, checked as they are typed. */
import { t } from '../../page/i18n.js';

/** Words for what cannot be a number of this document, '' for what can. @param {string} document @param {string} text */
export function numberFault(document, text) {
  const number = text.replace(/[\s-]/g, '').toUpperCase();
  if (document === '001') return usccFault(number);
  return document === '111' ? citizenFault(number) : '';
}

/** A citizen ID number (GB 11643): its form, the day in it, its check character. @param {string} text */
export function citizenFault(text) {
  if (/^\d{15}$/.test(text)) return t('fault.fifteen');
  if (!/^\d{17}[\dX]$/.test(text)) return t('fault.citizen_form');
  const [year, month, date] = [text.slice(6, 10), text.slice(10, 12), text.slice(12, 14)].map(Number);
  const born = new Date(Date.UTC(year, month - 1, date));
  if (born.getUTCMonth() !== month - 1 || born.getUTCDate() !== date) return t('fault.citizen_day');
  const sum = WEIGHTS.reduce((all, weight, at) => all + weight * Number(text[at]), 0);
  return '10X98765432'[sum % 11] === text[17] ? '' : t('fault.citizen_check');
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** A USCC as it is typed: its form, and its check character (GB 32100). @param {string} text */
export function usccFault(text) {
  const letters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(text)) return t('fault.uscc_form');
  const sum = weights.reduce((all, weight, at) => all + weight * letters.indexOf(text[at]), 0);
  return letters[(31 - (sum % 31)) % 31] === text[17] ? '' : t('fault.uscc_check');
}
