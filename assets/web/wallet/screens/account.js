/** Account and security: sessions, password, PIN, authenticator. For holders and for staff. */
import { busy } from '../../kit/busy.js';
import { problemNotice, say } from '../../kit/notice.js';
import { pinField } from '../../kit/pin.js';
import { moment, t } from '../../page/i18n.js';
import { wordsFor } from '../../page/words.js';
import { el, show } from '../../shared/dom.js';
import * as api from '../api.js';

/**
 * @typedef {import('../types.d.ts').Schemas} Schemas
 * @typedef {Schemas['Me']} Me
 */

/**
 * @param {import('../types.d.ts').App} app
 * @returns {import('../types.d.ts').View}
 */
export function accountView(app) {
  app.title(t('account.title'));
  const done = el('p', { class: 'notice', role: 'status', id: 'done', hidden: true });
  const problem = problemNotice();
  const place = el('div', { class: 'account', id: 'account', 'aria-busy': 'true' });
  let gone = false;

  /** Draws everything anew, with what has just happened said above. */
  async function draw(said = '') {
    try {
      const [me, sessions, ways, reached] = await Promise.all([api.me(), api.sessions(), api.loginWays(), api.contact()]);
      if (gone) return;
      show(
        place,
        whose(me),
        reached.available || reached.email ? contact(reached, draw) : null,
        authenticator(me, draw),
        me.factors.password ? password(draw) : null,
        me.holder ? pin(me, draw) : null,
        me.holder && ways.oidc ? provider(me) : null,
        me.holder ? el('section', { class: 'panel' }, el('h2', {}, t('devices.title')), el('p', {}, t('devices.what')), el('a', { class: 'button secondary', href: '#devices' }, t('devices.open'))) : null,
        logins(sessions.items, draw),
      );
      place.removeAttribute('aria-busy');
      say(problem, '');
      say(done, said);
      if (said) scrollTo(0, 0);
    } catch (error) {
      if (!gone) say(problem, wordsFor(error));
    }
  }

  draw();
  return { nodes: [done, problem, place], onLeave: () => (gone = true) };
}

/** @param {Me} me */
function whose({ account, session }) {
  const needed = session.staff_factor_needed === 'totp';
  return [
    el('p', { class: 'quiet' }, t('account.whose', { name: account.name, login: account.login })),
    needed ? el('p', { class: 'notice', id: 'factor-needed' }, t('account.factor_needed')) : null,
  ];
}

/**
 * A form that sends what is typed, and says beside its button what went wrong.
 *
 * @param {{ id: string, title: string, about?: string, button: string, danger?: boolean }} words
 * @param {import('../../shared/dom.js').Children} fields
 * @param {() => Promise<void>} send
 */
function panel({ id, title, about, button, danger }, fields, send) {
  const problem = problemNotice({ id: `${id}-problem` });
  const submit = el('button', { type: 'submit', class: `button ${danger ? 'secondary' : 'primary'}` }, button);

  /** @param {SubmitEvent} event */
  function submitted(event) {
    event.preventDefault();
    say(problem, '');
    void busy(submit, () => send().catch((error) => say(problem, wordsFor(error))));
  }

  return el(
    'section',
    { class: 'panel', id, 'aria-labelledby': `${id}-title` },
    el('h2', { id: `${id}-title` }, title),
    about ? el('p', {}, about) : null,
    el('form', { onsubmit: submitted }, fields, problem, submit),
  );
}

/**
 * @param {string} id
 * @param {string} label
 * @param {import('../../shared/dom.js').Props} props
 */
function field(id, label, props) {
  const input = el('input', { id, name: id, required: true, ...props });
  return { input, nodes: [el('label', { for: id }, label), input] };
}

/** @param {(said?: string) => Promise<void>} draw */
function password(draw) {
  const old = field('old-password', t('account.password_old'), { type: 'password', autocomplete: 'current-password' });
  const next = field('new-password', t('account.password_new'), {
    type: 'password',
    autocomplete: 'new-password',
    minlength: '10',
  });
  const words = { id: 'password-panel', title: t('account.password'), about: t('account.ends_others') };
  return panel({ ...words, button: t('account.password_change') }, [old.nodes, next.nodes], async () => {
    await api.changePassword(old.input.value, next.input.value);
    await draw(t('account.password_changed'));
  });
}

/**
 * @param {Me} me
 * @param {(said?: string) => Promise<void>} draw
 */
function pin(me, draw) {
  const has = me.factors.pin;
  const isProviders = !has && !me.factors.password;
  if (isProviders && me.session.proof !== 'oidc') return null;
  const proof = pinField({ id: 'old-pin', name: 'old-pin', autocomplete: 'off' });
  const by = has
    ? { input: proof, nodes: [el('label', { for: 'old-pin' }, t('account.pin_old')), proof] }
    : field('pin-password', t('account.password_old'), { type: 'password', autocomplete: 'current-password' });
  const next = pinField({ id: 'new-pin', name: 'new-pin', autocomplete: 'off' });
  const words = { id: 'pin-panel', title: t('account.pin'), about: t(has ? 'account.ends_others' : 'account.pin_none') };
  const fields = [isProviders ? null : by.nodes, el('label', { for: 'new-pin' }, t('account.pin_new')), next];
  return panel({ ...words, button: t('account.pin_change') }, fields, async () => {
    const known = isProviders ? {} : has ? { old_pin: by.input.value } : { password: by.input.value };
    await api.changePin(known, next.value);
    await draw(t('account.pin_changed'));
  });
}

/**
 * Where the caller is reached by mail: none, one to be confirmed, one in force.
 *
 * @param {Schemas['OwnContact']} reached
 * @param {(said?: string) => Promise<void>} draw
 */
function contact({ email, wanted }, draw) {
  const words = { id: 'contact-panel', title: t('account.contact') };
  if (wanted) {
    const code = field('contact-code', t('account.contact_code'), { autocomplete: 'one-time-code', autocapitalize: 'none', maxlength: '32' });
    const about = t('account.contact_sent', { email: wanted });
    return panel({ ...words, about, button: t('account.contact_confirm') }, [code.nodes, another()], async () => {
      await api.confirmContact(code.input.value);
      await draw(t('account.contact_confirmed'));
    });
  }
  if (email) {
    const about = t('account.contact_is', { email });
    return panel({ ...words, about, button: t('account.contact_remove'), danger: true }, another(), async () => {
      await api.removeContact();
      await draw(t('account.contact_removed'));
    });
  }
  return asking();

  function asking() {
    const address = field('contact-email', t('account.contact_email'), { type: 'email', autocomplete: 'email', maxlength: '254' });
    return panel({ ...words, about: t('account.contact_about'), button: t('account.contact_ask') }, address.nodes, async () => {
      const { wanted: to } = await api.askContact(address.input.value);
      await draw(t('account.contact_sent', { email: to ?? '' }));
    });
  }

  /** Gives another address in place of this panel. */
  function another() {
    const button = el('button', { type: 'button', class: 'button secondary', onclick: instead }, t('account.contact_another'));
    function instead() {
      const form = asking();
      button.closest('section')?.replaceWith(form);
      form.querySelector('input')?.focus();
    }
    return button;
  }
}

/** The identity provider: bound, or how to bind it. @param {Me} me */
const provider = ({ factors }) =>
  el(
    'section',
    { class: 'panel', id: 'provider', 'aria-labelledby': 'provider-title' },
    el('h2', { id: 'provider-title' }, t('account.provider')),
    el('p', {}, t(factors.oidc ? 'account.provider_bound' : 'account.provider_about')),
    factors.oidc
      ? null
      : el('a', { class: 'button secondary', href: '/api/v1/login/oidc?link=true' }, t('account.provider_link')),
  );

/**
 * @param {Me} me
 * @param {(said?: string) => Promise<void>} draw
 */
function authenticator(me, draw) {
  if (me.factors.totp) return removal(draw);
  if (!me.factors.password) return null;
  const place = el('div', {});
  const known = field('totp-password', t('account.password_old'), { type: 'password', autocomplete: 'current-password' });
  const words = { id: 'totp-panel', title: t('account.totp'), about: t('account.totp_about') };
  const begin = panel({ ...words, button: t('account.totp_begin') }, known.nodes, async () => {
    const begun = await api.beginTotp(known.input.value);
    show(place, confirmation(begun, (codes) => show(place, recovery(codes, draw))));
    place.querySelector('input')?.focus();
  });
  show(place, begin);
  return place;
}

/**
 * @param {Schemas['BegunTotp']} begun
 * @param {(codes: string[]) => void} onConfirmed
 */
function confirmation({ secret, qr_svg }, onConfirmed) {
  const url = URL.createObjectURL(new Blob([qr_svg], { type: 'image/svg+xml' }));
  const picture = el('img', { class: 'totp-code', src: url, alt: t('account.totp_picture'), width: '240', height: '240' });
  picture.addEventListener('load', () => URL.revokeObjectURL(url));
  const code = field('totp-code', t('account.totp_code'), codeProps);
  const groups = secret.match(/.{1,4}/g)?.join(' ') ?? secret;
  const words = { id: 'totp-panel', title: t('account.totp'), about: t('account.totp_scan') };
  const secretLine = el('p', {}, t('account.totp_secret'), ' ', el('code', { id: 'totp-secret' }, groups));
  return panel({ ...words, button: t('account.totp_confirm') }, [picture, secretLine, code.nodes], async () => {
    const { recovery_codes } = await api.confirmTotp(code.input.value);
    onConfirmed(recovery_codes);
  });
}

/**
 * @param {string[]} codes
 * @param {(said?: string) => Promise<void>} draw
 */
function recovery(codes, draw) {
  const heading = el('h2', { tabindex: '-1', id: 'recovery-title' }, t('account.recovery'));
  queueMicrotask(() => heading.focus());
  return el(
    'section',
    { class: 'panel', id: 'recovery', 'aria-labelledby': 'recovery-title' },
    heading,
    el('p', {}, t('account.recovery_about')),
    el('ul', { class: 'recovery-codes' }, codes.map((code) => el('li', {}, el('code', {}, code)))),
    el(
      'button',
      { type: 'button', class: 'button primary', onclick: () => draw(t('account.totp_set')) },
      t('account.recovery_kept'),
    ),
  );
}

/** @param {(said?: string) => Promise<void>} draw */
function removal(draw) {
  const code = field('totp-code', t('account.totp_code_or_recovery'), { ...codeProps, inputmode: 'text', maxlength: '32' });
  const words = { id: 'totp-panel', title: t('account.totp'), about: t('account.totp_is_set') };
  return panel({ ...words, button: t('account.totp_remove'), danger: true }, code.nodes, async () => {
    await api.removeTotp(code.input.value);
    await draw(t('account.totp_removed'));
  });
}

/**
 * @param {Schemas['OwnSession'][]} sessions
 * @param {(said?: string) => Promise<void>} draw
 */
function logins(sessions, draw) {
  const problem = problemNotice({ id: 'sessions-problem' });

  /** @param {() => Promise<unknown>} end */
  const ending = (end) => async () => {
    try {
      await end();
      await draw(t('account.session_ended'));
    } catch (error) {
      say(problem, wordsFor(error));
    }
  };

  const others = sessions.filter(({ current }) => !current);
  return el(
    'section',
    { class: 'panel', id: 'sessions', 'aria-labelledby': 'sessions-title' },
    el('h2', { id: 'sessions-title' }, t('account.sessions')),
    el('ul', { class: 'sessions' }, sessions.map((session) => login(session, ending(() => api.endSession(session.id))))),
    problem,
    others.length > 0
      ? el(
          'button',
          { type: 'button', class: 'button secondary', id: 'end-others', onclick: ending(api.endOtherSessions) },
          t('account.sessions_end_others'),
        )
      : null,
  );
}

/**
 * @param {Schemas['OwnSession']} session
 * @param {() => void} onEnd
 */
function login({ id, current, carrier, proof, agent, created_at }, onEnd) {
  const name = agent || t(`carrier.${carrier}`);
  return el(
    'li',
    { id: `session-${id}` },
    el('p', { class: 'session-name' }, name),
    el('p', { class: 'quiet' }, t('account.session_since', { at: moment(created_at) }), ' · ', t(`proof.${proof}`)),
    current
      ? el('p', {}, t('account.session_current'))
      : el(
          'button',
          { type: 'button', class: 'button secondary', 'aria-label': t('account.session_end_named', { name }), onclick: onEnd },
          t('account.session_end'),
        ),
  );
}

const codeProps = { inputmode: 'numeric', autocomplete: 'one-time-code', autocapitalize: 'none', maxlength: '7' };
