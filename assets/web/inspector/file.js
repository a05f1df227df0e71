/** A licence file (OFD): the server checks every seal of it, and this draws what it says. */
import { pick, t, words } from '../page/i18n.js';
import { upload } from '../page/client.js';
import { el } from '../shared/dom.js';
import { PLAIN } from '../shared/headlines.js';
import { checkLine, verdictFrame } from '../shared/verdict.js';

/** @typedef {import('../page/api-types.d.ts').components['schemas']} Schemas */

/** Whether a file is one, by how it begins. @param {File} file */
export async function isLicenceFile(file) {
  const begin = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return [0x50, 0x4b, 3, 4].every((byte, at) => begin[at] === byte);
}

/** @param {File} file */
export async function fileCard(file) {
  /** @type {Schemas['VerifiedFile']} */
  const told = await upload('/verify', file);
  const body = [
    told.licence ? el('p', {}, `${told.licence.identifier} · ${told.licence.status}`) : null,
    told.seals.map((seal) => sealSection(t('file.seal'), seal)),
    told.record.map((seal) => sealSection(t('file.record'), seal)),
    el('p', { class: 'quiet' }, t('verify.code', { code: told.code })),
  ];
  return verdictFrame(told, PLAIN[told.verdict], { title: pick(told.message), line: pick(told.hint) }, body, words);
}

/**
 * @param {string} title
 * @param {Schemas['SealVerdict']} verdict
 */
function sealSection(title, { seal, checks }) {
  return el(
    'section',
    { class: 'checks' },
    el('h3', {}, seal ? `${title} · ${seal.name}` : title),
    seal ? el('p', { class: 'quiet' }, `${seal.signer} · ${words.moment(seal.sealed_at)}`) : null,
    el('ul', {}, checks.map(checkRow)),
  );
}

/** @param {Schemas['SealCheck']} check */
const checkRow = ({ name, result, detail }) => checkLine({ name, label: t(`file.check.${name}`), result, detail: pick(detail) }, words);
