/** `/verify`: a desk on a page of its own. The verdict is made on this device, with or without a network. */
import { say } from '../kit/notice.js';
import { call } from '../page/client.js';
import { heading, main } from '../page/frame.js';
import { pick, t, words } from '../page/i18n.js';
import { keepOffline } from '../page/offline.js';
import { storageNotice } from '../page/storage.js';
import { wordsFor } from '../page/words.js';
import { Desk } from '../shared/desk.js';
import { el, show } from '../shared/dom.js';
import { openStore } from '../shared/store.js';
import { clockTrouble, syncTrouble } from '../shared/trouble.js';
import { TrustStore } from '../shared/trust.js';
import { fileCard, isLicenceFile } from './file.js';
import { freshness } from './freshness.js';
import { asked, matterChoice, outside } from './matters.js';
import { verifyOnce } from './memory.js';
import { digitsIn, readyView } from './ready.js';
import { Receipts } from './receipts.js';
import { judgedCard, madeFor, resultView, serverCard } from './result.js';
import { askStaff, keep, kept as keptHere, keptStaff } from './staff.js';

/** Seconds a verdict stays: a holder's name does not lie about on a screen. */
const CLEARED_AFTER = 30;

/** The code of the scene that is chosen here: whoever loads the page anew goes on in it. */
const SCENE = 'lz.verify.scene';

const notice = el('p', { class: 'notice', role: 'status' });
const storage = storageNotice();
const stage = el('div', { class: 'stage', id: 'stage' });

/** @type {import('../shared/store.js').Store | null} */
let store = null;

/** @type {TrustStore | null} */
let trust = null;

/** @type {Desk | null} */
let desk = null;

/** Who stands here. */
let staff = keptStaff();

const fresh = freshness({ trust: () => trust, sync });

function settingChanged() {
  allowAsking();
  desk?.changed();
}

/** The matter says in which scene. */
const matter = matterChoice(() => {
  toScene(matter.chosen()?.scene ?? '');
  settingChanged();
});
const scene = el('select', {
  id: 'scene',
  name: 'scene',
  onchange() {
    toScene(scene.value);
    allowAsking();
    // Another scene needs another question; without one nothing on the screen depends on it.
    if (asks.input.checked) desk?.changed();
  },
});

/** @type {Receipts | null} */
let receipts = null;

/** What is kept of each verdict. @type {WeakMap<object, import('./receipts.js').Receipt>} */
const kept = new WeakMap();

/** What is drawn of each verdict: once, since it is also recorded then. @type {WeakMap<object, HTMLElement>} */
const cards = new WeakMap();

/** What is on the screen. @type {Map<HTMLElement, import('./receipts.js').Receipt>} */
const shown = new Map();

const tally = el('p', { class: 'quiet', id: 'tally' });
const login = el('p', { class: 'quiet', hidden: true }, el('a', { href: '/office' }, t('inspector.login')), ` ${t('inspector.login_what')}`);
const continuous = tick('continuous', t('inspector.continuous'), t('inspector.continuous_what'), () => undefined);
const asks = tick('asks', t('inspector.asks'), t('inspector.asks_what'), settingChanged);

/** What stays from one person to the next. */
const choices = [
  matter.node,
  el('div', { class: 'field' }, el('label', { for: 'scene' }, t('inspector.scene')), scene),
  continuous.node,
  asks.node,
];

draw();
await start();

function draw() {
  heading(t('verify.title'));
  show(main(), fresh.node, notice, storage.node, stage, tally, login, el('p', { class: 'quiet' }, t('inspector.local')));
  main().addEventListener('dragover', (event) => event.preventDefault());
  main().addEventListener('drop', dropped);
}

async function start() {
  drawHeld();
  const offline = keepOffline();
  try {
    const module = await import('/assets/wasm/verifier.js');
    store = await openStore('lz-verify');
    trust = new TrustStore(store, module.Verifier, { server: location.origin });
    await trust.load();
    receipts = new Receipts(store, drawTally);
    desk = openDesk(store, trust, module.classify);
  } catch (error) {
    tell(t('inspector.no_module'));
    throw error;
  }
  drawHeld();
  await desk.begin();
  // Who is no inspector, or has no network, verifies without.
  void learnStaff();
  await fresh.renew();
  fresh.keepFresh();
  addEventListener('online', () => learnStaff());
  document.documentElement.dataset.ready = (await offline) ? 'offline' : 'online';
}

/**
 * @param {import('../shared/store.js').Store} memory
 * @param {TrustStore} held
 * @param {import('../shared/readings.js').Classify} classify
 */
function openDesk(memory, held, classify) {
  const lists = {
    get scenes() {
      return held.verifier?.held().scenes ?? [];
    },
    /** @type {import('../shared/types.d.ts').Lists['verify']} */
    async verify(code, options) {
      const verdict = await verifyOnce(memory, held, code, options);
      await remember(verdict);
      return verdict;
    },
  };
  /** @type {import('../shared/types.d.ts').Surface} */
  const surface = {
    element: document.body,
    words,
    get hasFocus() {
      return stage.contains(document.activeElement);
    },
    settings,
    opened: async () => {
      if (held.verifier) return true;
      tell(clockTrouble(held, words) || t('verify.no_lists'));
      return false;
    },
    show(view) {
      const focused = document.activeElement;
      show(stage, view);
      // What stays is taken out and put in again, which takes the focus from it.
      if (focused instanceof HTMLElement && stage.contains(focused)) focused.focus();
      // It is there to be scanned.
      stage.querySelector('.question')?.scrollIntoView({ block: 'center' });
      void closeGone();
    },
    tell,
    focus: (selector) => stage.querySelector(/** @type {'button'} */ (selector))?.focus(),
    emit: () => undefined,
    ready: ({ asks: answers }) => [
      readyView(
        { choices, asks: answers },
        { start: () => desk?.start(), chosen: read, pasted: (text) => desk?.pasted(text), short: staff && short },
      ),
      askedBefore(),
    ],
    result: ({ judged, question, again, countdown, camera }) => {
      const undetermined = judged.some(({ verdict }) => verdict.verdict === 'undetermined');
      return resultView(
        judged.map((one) => card(one, held, question)),
        {
          next,
          renew: undetermined ? () => again({ renew: sync }) : null,
          switching: switching(judged.map(({ verdict }) => verdict), question, () => again()),
          countdown,
          camera,
        },
      );
    },
  };
  return new Desk(surface, lists, {
    classify,
    loadScanner: () => import('/assets/wasm/scanner.js'),
    loadMaker: () => import('/assets/wasm/wallet.js'),
  });
}

/** @param {import('../shared/types.d.ts').Judged} judged @param {TrustStore} held @param {string | null} challenge */
function card(judged, held, challenge) {
  const { verdict } = judged;
  const receipt = kept.get(verdict) ?? null;
  const drawn = cards.get(verdict) ?? judgedCard(judged, held, { matter: matter.chosen(), challenge, receipt });
  cards.set(verdict, drawn);
  if (receipt) shown.set(drawn, receipt);
  return drawn;
}

/** Counts a scan; of what staff scan a receipt is kept, if it was a licence code at all. @param {import('/assets/wasm/verifier.js').Verdict} verdict */
async function remember(verdict) {
  await receipts?.count();
  const isCode = verdict.checks.some(({ name, result }) => name === 'form' && result === 'pass');
  if (!receipts || !staff || !isCode) return;
  const within = matter.chosen();
  const receipt = await receipts.open(verdict, staff.account, within && outside(within, verdict) === '' ? within.code : null);
  kept.set(verdict, receipt);
}

/** What has left the screen is as it will be handed in. */
async function closeGone() {
  const gone = [...shown].filter(([drawn]) => !drawn.isConnected);
  for (const [drawn] of gone) shown.delete(drawn);
  await Promise.all(gone.map(([, receipt]) => receipt.close()));
  if (gone.length > 0) await handIn();
}

/** Without a network, or with nobody logged in, they wait. */
async function handIn() {
  if (!receipts || !staff) return;
  await receipts.handIn(staff.account).catch(() => undefined);
}

async function drawTally() {
  const { today, waiting, refused } = (await receipts?.tally()) ?? { today: 0, waiting: 0, refused: 0 };
  const lines = [t('inspector.today', { n: today })];
  if (waiting > 0) lines.push(t(staff ? 'inspector.waiting' : 'inspector.waiting_login', { n: waiting }));
  if (refused > 0) lines.push(t('inspector.refused', { n: refused }));
  show(tally, lines.join(' · '));
}

/** @returns {import('../shared/types.d.ts').Settings} */
function settings() {
  const asking = asks.input.checked && !asks.input.disabled;
  return {
    scene: matter.chosen()?.scene ?? (scene.value || null),
    audience: null,
    rp: asking ? staff?.unit.id ?? null : null,
    unit: pick(staff?.unit.names),
    maxAge: Infinity,
    autohide: CLEARED_AFTER,
    continuous: continuous.input.checked,
  };
}

/** The next person. A function: codes come before this module has run to its end. */
function next() {
  return desk?.reset();
}

/** What is asked in the matter, for who reads it up before anybody comes. */
function askedBefore() {
  const ask = asked(matter.chosen());
  return ask && el('div', { class: 'panel' }, ask);
}

/** Only a unit can ask, and only in one scene. */
function allowAsking() {
  asks.node.hidden = staff === null;
  asks.input.disabled = staff === null || scene.value === '';
}

async function learnStaff() {
  const before = staff?.account;
  staff = await askStaff();
  allowAsking();
  if (before !== staff?.account) desk?.changed();
  login.hidden = staff !== null;
  await matter.load(staff);
  await handIn();
  await drawTally();
}

/** Newer lists. Those that come by themselves say nothing: the chip tells how old what is held is. */
async function sync({ quietly = false } = {}) {
  const before = notice.textContent;
  try {
    await trust?.sync(Math.floor(Date.now() / 1000));
    // What was told meanwhile is of a code, not of the lists.
    if (!quietly && notice.textContent === before) tell('');
  } catch (error) {
    if (!quietly) tell(syncTrouble(error, trust, words));
  } finally {
    drawHeld();
  }
}

function drawHeld() {
  const scenes = trust?.verifier?.held().scenes ?? [];
  const before = matter.chosen()?.scene ?? (scene.value || keptHere(SCENE));
  show(
    scene,
    el('option', { value: '' }, t('inspector.any_scene')),
    scenes.map(({ code, names }) => el('option', { value: code }, pick(names))),
  );
  scene.value = scenes.some(({ code }) => code === before) ? before : '';
  scene.disabled = matter.chosen() !== null;
  allowAsking();
  fresh.draw();
  if (store) storage.draw(store);
}

/** Chooses a scene, which a matter fixes for as long as it is chosen. @param {string} code '' for none */
function toScene(code) {
  scene.disabled = matter.chosen() !== null;
  scene.value = code;
  keep(SCENE, code || null);
}

/**
 * How the page comes into the scene of codes that were refused in this one, and has them judged again there; null where
 * that is not what is wrong. An answer to a question was given to this scene: in another it has to be asked anew.
 *
 * @param {readonly import('/assets/wasm/verifier.js').Verdict[]} verdicts
 * @param {string | null} question
 * @param {() => unknown} again
 * @returns {import('./result.js').Switching | null}
 */
function switching(verdicts, question, again) {
  const found = question === null ? madeFor(verdicts, trust?.verifier?.held().scenes ?? []) : null;
  if (!found) return null;
  const leaves = matter.chosen() !== null;
  const act = () => {
    if (leaves) matter.choose('');
    toScene(found.code);
    allowAsking();
    return again();
  };
  return { scene: found.name, leaves, act };
}

/** @param {DragEvent} event */
function dropped(event) {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file) read(file);
}

/** @param {File} file */
async function read(file) {
  if (!(await isLicenceFile(file))) return desk?.read(file, 'picture');
  /** @type {Parameters<Desk['later']>[1]} */
  const checked = async () => {
    const drawn = await fileCard(file);
    return ({ countdown, camera }) => resultView([drawn], { next, countdown, camera });
  };
  return desk?.later(t('verify.reading'), checked, wordsFor);
}

/** Has the server say what a short code stands for; it records that by itself. @param {string} typed */
async function short(typed) {
  const input = digitsIn(typed);
  if (input === null) {
    tell(t('inspector.short_wrong'));
    return;
  }
  const within = matter.chosen();
  /** @type {Parameters<Desk['later']>[1]} */
  const answered = async () => {
    const verdict = await call('POST', '/verify', { input, scene: within ? null : scene.value || null, matter: within?.code ?? null });
    await receipts?.count();
    const receipt = (staff && (await receipts?.open(verdict, staff.account, within?.code ?? null))) ?? null;
    await receipt?.note({ logged: true });
    const drawn = serverCard(verdict, within, receipt);
    if (receipt) shown.set(drawn, receipt);
    // No switch of the scene here: a short code is spent by the first look, whatever came of it.
    return ({ countdown, camera }) => resultView([drawn], { next, countdown, camera });
  };
  await desk?.later(t('inspector.asking'), answered, wordsFor);
}

/** What is told in passing; a wrong clock is told for as long as it is wrong. @param {string} message */
function tell(message) {
  const clock = clockTrouble(trust, words);
  say(notice, message.includes(clock) ? message : `${clock} ${message}`.trim());
}

/** @param {string} id @param {string} label @param {string} what @param {() => unknown} onchange */
function tick(id, label, what, onchange) {
  const input = el('input', { type: 'checkbox', id, 'aria-describedby': `${id}-what`, onchange });
  const node = el('div', { class: 'tick' }, el('label', { for: id }, input, label), el('p', { class: 'quiet', id: `${id}-what` }, what));
  return { input, node };
}
