/** The routes of the server that the office uses. */
import { all, call, upload } from '../page/client.js';
import { contentOf } from '../page/signed.js';

/**
 * @typedef {import('./types.d.ts').Schemas} Schemas
 * @typedef {import('./types.d.ts').Sort} Sort
 * @typedef {import('./types.d.ts').Entry} Entry
 * @typedef {Record<string, string | number | null | undefined>} Asked what is asked of a list; what is empty is left out
 */

/** @param {Asked} asked */
function queryOf(asked) {
  const query = new URLSearchParams(Object.entries(asked).flatMap(([name, value]) => (value ? [[name, String(value)]] : [])));
  return query.size > 0 ? `?${query}` : '';
}

/** `totp` where the account has an authenticator; else empty. @type {(login: string, password: string, totp: string) => Promise<Schemas['Session']>} */
export const login = (login, password, totp) => call('POST', '/sessions', { login, password, ...(totp ? { totp } : {}) });

/** @type {() => Promise<null>} */
export const logout = () => call('DELETE', '/sessions/current');

/** @type {(body: Schemas['PasswordRequest']) => Promise<null>} */
export const changePassword = (body) => call('PUT', '/me/password', body);

/** @type {() => Promise<Schemas['Me']>} */
export const me = () => call('GET', '/me');

/** The units that the signed catalogue names. @type {() => Promise<Schemas['CardUnit'][]>} */
export const units = async () => (await contentOf('/.well-known/catalogue')).units;

/** @type {(sort: Sort) => Promise<any[]>} */
export const entries = async (sort) => (await all(`/${sort}`)).map(coded);

/** @type {(sort: Sort, code: string, version?: number) => Promise<any>} */
export const entry = (sort, code, version) => call('GET', `${path(sort, code)}${version === undefined ? '' : `?version=${version}`}`).then(coded);

/** A repeated request under the same `key` makes one entry. @type {(sort: Sort, body: unknown, key: string) => Promise<any>} */
export const createEntry = (sort, body, key) =>
  (sort === 'using-lists' ? call('PUT', path(sort, /** @type {{ unit: string }} */ (body).unit), body, { 'If-Match': '"0"' }) : call('POST', `/${sort}`, body, { 'Idempotency-Key': key })).then(coded);

/** @type {(sort: Sort, code: string, body: unknown, etag: string) => Promise<any>} */
export const editEntry = (sort, code, body, etag) => call('PUT', path(sort, code), body, { 'If-Match': etag }).then(coded);

/** @type {(sort: Sort, code: string, act: Schemas['EntryAct'], reason: string | null, etag: string) => Promise<any>} */
export const actOnEntry = (sort, code, act, reason, etag) =>
  call('POST', `${path(sort, code)}/acts`, { act, ...(reason ? { reason } : {}) }, { 'If-Match': etag });

/** @type {(sort: Sort, code: string) => Promise<Schemas['PageOfEntryVersion']>} */
export const versions = (sort, code) => call('GET', `${path(sort, code)}/versions`);

/** @type {(sort: Sort, code: string, first: number, second: number) => Promise<Schemas['PageOfEntryDifference']>} */
export const difference = (sort, code, first, second) => call('GET', `${path(sort, code)}/versions/${first}/diff/${second}`);

/** @param {Sort} sort @param {string} code */
const path = (sort, code) => (sort === 'using-lists' ? `/units/${encodeURIComponent(code)}/using-list` : `/${sort}/${encodeURIComponent(code)}`);

/** A using list has its unit's code. @param {any} entry */
const coded = (entry) => ({ ...entry, code: entry.code ?? entry.unit });

/** Why the server is not ready; nothing where it is. @returns {Promise<string[]>} */
export async function notReadyFor() {
  const response = await fetch('/readyz', { cache: 'no-store', credentials: 'omit' });
  return response.ok ? [] : ((await response.json()).reasons ?? [String(response.status)]);
}

/** The addresses of the status lists. @returns {Promise<string[]>} */
export async function statusLists() {
  const response = await fetch('/status-lists', { cache: 'no-cache', credentials: 'omit' });
  return (await response.json()).status_lists;
}

/** All, or those that stand so. @type {(state?: Schemas['ProposalState']) => Promise<Schemas['Proposal'][]>} */
export const proposals = (state) => all(`/proposals${state ? `?state=${state}` : ''}`);

/** @type {(id: string, act: 'confirm' | 'refuse', reason: string | null, key: string) => Promise<Schemas['Decided']>} */
export const decideProposal = (id, act, reason, key) =>
  call('POST', `/proposals/${id}/acts`, { act, ...(reason ? { reason } : {}) }, { 'Idempotency-Key': key });

/** Licences and drafts of the own unit; a page of them. @type {(asked: Asked) => Promise<Schemas['LicencePage']>} */
export const licences = (asked) => call('GET', `/licences${queryOf(asked)}`);

/** What holders ask of the own unit; a page of them. @type {(asked: Asked) => Promise<Schemas['PageOfLicenceRequest']>} */
export const requests = (asked) => call('GET', `/requests${queryOf(asked)}`);

/** @type {(id: string) => Promise<Schemas['LicenceRequest']>} */
export const request = (id) => call('GET', `/requests/${encodeURIComponent(id)}`);

/** @type {(id: string, reason: string) => Promise<Schemas['LicenceRequest']>} */
export const refuseRequest = (id, reason) => call('POST', `/requests/${encodeURIComponent(id)}/acts`, { act: 'refuse', reason });

/** Comparisons of lists of the own unit; a page of them. @type {(cursor: string | number | null | undefined) => Promise<Schemas['PageOfReconciliation']>} */
export const reconciliations = (cursor) => call('GET', `/reconciliations${queryOf({ cursor })}`);

/** With a page of its differences. @type {(id: string, asked: Asked) => Promise<Schemas['ReconciliationReport']>} */
export const reconciliation = (id, asked) => call('GET', `/reconciliations/${encodeURIComponent(id)}${queryOf(asked)}`);

/** @type {(kind: string, file: File, key: string) => Promise<Schemas['Reconciliation']>} */
export const reconcile = (kind, file, key) => upload(`/reconciliations${queryOf({ kind })}`, file, {}, { 'Idempotency-Key': key });

/** @type {(id: string) => Promise<Schemas['IssuedLicence']>} */
export const licence = (id) => call('GET', `/licences/${id}`);

/** @type {(id: string) => Promise<Schemas['ListedLicence'][]>} */
export const licenceVersions = (id) => call('GET', `/licences/${id}/versions`).then(({ items }) => items);

/** @type {(id: string, cursor?: string | number | null) => Promise<Schemas['PageOfRegisteredPrint']>} */
export const prints = (id, cursor) => call('GET', `/licences/${id}/prints${queryOf({ cursor })}`);

/** @type {(id: string, body: { collector: string, purpose: string }, key: string) => Promise<Schemas['Registered']>} */
export const print = (id, body, key) => call('POST', `/licences/${id}/prints`, body, { 'Idempotency-Key': key });

/** @type {(id: string, act: 'void' | 'reprint', reason: string) => Promise<Schemas['RegisteredPrint']>} */
export const printAct = (id, act, reason) => call('POST', `/prints/${id}/acts`, { act, reason });

/** @type {(id: string) => Promise<Schemas['LicenceAct'][]>} */
export const licenceActs = (id) => call('GET', `/licences/${id}/acts`).then(({ items }) => items);

/** @type {(body: unknown, key: string) => Promise<Schemas['DraftWritten']>} */
export const writeDraft = (body, key) => call('POST', '/licences', body, { 'Idempotency-Key': key });

/** @type {(asked: Asked) => Promise<Schemas['PageOfDuplicate']>} */
export const duplicates = (asked) => call('GET', `/duplicates${queryOf(asked)}`);

/** @type {(id: string, body: unknown) => Promise<Schemas['Duplicate']>} */
export const decideDuplicate = (id, body) => call('POST', `/duplicates/${id}/acts`, body);

/** @type {(file: File) => Promise<Schemas['PictureKept']>} */
export const sendPicture = (file) => upload('/files', file);

/** @type {(id: string, body: unknown, version: number) => Promise<Schemas['DraftWritten']>} */
export const editDraft = (id, body, version) => call('PUT', `/licences/${id}`, body, { 'If-Match': `"${version}"` });

/** @type {(id: string, body: unknown, version: number, key: string) => Promise<any>} */
export const actOnLicence = (id, body, version, key) => call('POST', `/licences/${id}/acts`, body, { 'If-Match': `"${version}"`, 'Idempotency-Key': key });

/** @type {() => Promise<Schemas['Case'][]>} */
export const cases = () => all('/cases');

/** @type {(id: string) => Promise<Schemas['Case']>} */
export const caseOf = (id) => call('GET', `/cases/${id}`);

/** @type {(body: unknown, key: string) => Promise<Schemas['CaseOpened']>} */
export const openCase = (body, key) => call('POST', '/cases', body, { 'Idempotency-Key': key });

/** @type {(id: string, body: unknown, version: number) => Promise<Schemas['Case']>} */
export const actOnCase = (id, body, version) => call('POST', `/cases/${id}/acts`, body, { 'If-Match': `"${version}"` });

/** Who acts for whom, as the own unit's counter entered it: all, or those that stand so. @type {(state: string | null) => Promise<Schemas['AgencyEntry'][]>} */
export const agencies = (state) => all(`/agencies${queryOf({ state })}`);

/** @type {(body: unknown, key: string) => Promise<Schemas['AgencyEntry']>} */
export const enterAgency = (body, key) => call('POST', '/agencies', body, { 'Idempotency-Key': key });

/** @type {(id: string, act: Schemas['EntryDecision'], reason: string | null) => Promise<Schemas['AgencyEntry']>} */
export const decideAgency = (id, act, reason) => call('POST', `/agencies/${id}/acts`, { act, ...(reason ? { reason } : {}) });

/** Accounts that the own unit's counter is restoring, or has restored. @type {() => Promise<Schemas['CounterRecovery'][]>} */
export const recoveries = () => all('/recoveries');

/** `account`: its id or its login. @type {(account: string, body: unknown) => Promise<Schemas['Recovery']>} */
export const recover = (account, body) => call('POST', `/accounts/${encodeURIComponent(account)}/recovery`, body);

/** What is legal next, in words and with its effect. @type {(id: string) => Promise<Schemas['LegalAct'][]>} */
export const nextActs = (id) => call('GET', `/licences/${id}/next-acts`).then(({ items }) => items);

/** @type {() => Promise<Schemas['Task'][]>} */
export const tasks = () => call('GET', '/tasks').then(({ items }) => items);

/** @type {(id: string, act: 'claim' | 'release') => Promise<null>} */
export const actOnTask = (id, act) => call('POST', `/tasks/${id}/acts`, { act });

/** Ends what no other act ends. @type {(id: string, reason: string) => Promise<null>} */
export const endTask = (id, reason) => call('POST', `/tasks/${id}/acts`, { act: 'end', reason });

/** @type {() => Promise<Schemas['Import'][]>} */
export const imports = () => all('/imports');

/** @type {(id: string) => Promise<Schemas['Import']>} */
export const importOf = (id) => call('GET', `/imports/${encodeURIComponent(id)}`);

/** @type {(file: File, fields: Record<string, string>, key: string) => Promise<Schemas['ImportSent']>} */
export const sendImport = (file, fields, key) => upload('/imports', file, fields, { 'Idempotency-Key': key });

/** @type {(id: string, body: unknown, key: string) => Promise<Schemas['ImportActed']>} */
export const actOnImport = (id, body, key) => call('POST', `/imports/${encodeURIComponent(id)}/acts`, body, { 'Idempotency-Key': key });

/** @type {(year: number) => Promise<Schemas['Year']>} */
export const calendar = (year) => call('GET', `/calendar/${year}`);

/** @type {() => Promise<Schemas['UnitEntry'][]>} */
export const unitList = () => all('/units');

/** @type {(id: string) => Promise<Schemas['UnitEntry']>} */
export const unit = (id) => call('GET', `/units/${id}`);

/** @type {(body: unknown, key: string) => Promise<Schemas['UnitEntry']>} */
export const enterUnit = (body, key) => call('POST', '/units', body, { 'Idempotency-Key': key });

/** @type {(id: string, body: unknown, etag: string) => Promise<Schemas['UnitEntry']>} */
export const changeUnit = (id, body, etag) => call('PATCH', `/units/${id}`, body, { 'If-Match': etag });

/** @type {(id: string, act: string, reason: string | null, etag: string) => Promise<Schemas['UnitEntry']>} */
export const actOnUnit = (id, act, reason, etag) => call('POST', `/units/${id}/acts`, { act, ...(reason ? { reason } : {}) }, { 'If-Match': etag });

/** @type {(id: string, body: unknown, etag: string) => Promise<Schemas['UnitEntry']>} */
export const succeedUnit = (id, body, etag) => call('POST', `/units/${id}/acts`, body, { 'If-Match': etag });

/** `reason`: why they are looked at; an auditor says it. @type {(unit: string, reason?: string) => Promise<Schemas['Account'][]>} */
export const accounts = (unit, reason = '') => all(`/units/${unit}/accounts${queryOf({ reason })}`);

/** @type {(unit: string, body: unknown, key: string) => Promise<Schemas['Account']>} */
export const enterAccount = (unit, body, key) => call('POST', `/units/${unit}/accounts`, body, { 'Idempotency-Key': key });

/** @type {(id: string, reason?: string) => Promise<Schemas['Account']>} */
export const account = (id, reason = '') => call('GET', `/accounts/${id}${queryOf({ reason })}`);

/** @type {(id: string, body: unknown, etag: string) => Promise<Schemas['Account']>} */
export const changeAccount = (id, body, etag) => call('PATCH', `/accounts/${id}`, body, { 'If-Match': etag });

/** @type {(id: string, reason?: string) => Promise<Schemas['Right'][]>} */
export const effective = (id, reason = '') => call('GET', `/accounts/${id}/effective${queryOf({ reason })}`).then(({ items }) => items);

/** A page of what goes out, newest first. @type {(asked: Asked) => Promise<Schemas['PageOfLetter']>} */
export const outbox = (asked) => call('GET', `/outbox${queryOf(asked)}`);

/** @type {(id: string, act: Schemas['LetterAct'], reason: string | null) => Promise<Schemas['Letter']>} */
export const actOnLetter = (id, act, reason) => call('POST', `/outbox/${id}/acts`, { act, ...(reason ? { reason } : {}) });

/** @type {() => Promise<Schemas['OutboxActed']>} */
export const retryLetters = () => call('POST', '/outbox/acts', { act: 'retry' });

/** All that the matter of a using case needs, at one look. @type {(id: string) => Promise<Schemas['Prefill']>} */
export const prefill = (id) => call('POST', `/cases/${encodeURIComponent(id)}/prefill`);

/** One kind of one holder for one case. @type {(body: Schemas['FetchRequest']) => Promise<Schemas['Fetched']>} */
export const fetchLicences = (body) => call('POST', '/fetches', body);

/** A page of what was used for a unit. @type {(unit: string, cursor?: string | number | null) => Promise<Schemas['PageOfUse']>} */
export const unitUses = (unit, cursor) => call('GET', `/units/${encodeURIComponent(unit)}/uses${queryOf({ cursor })}`);

/** A page of analyses. @type {(asked: Asked) => Promise<Schemas['PageOfAnalysis']>} */
export const analyses = (asked) => call('GET', `/analyses${queryOf(asked)}`);

/** @type {(id: string) => Promise<Schemas['Analysis']>} */
export const analysis = (id) => call('GET', `/analyses/${encodeURIComponent(id)}`);

/** @type {(body: Schemas['AnalysisRequest'], key: string) => Promise<Schemas['AnalysisApplied']>} */
export const applyForAnalysis = (body, key) => call('POST', '/analyses', body, { 'Idempotency-Key': key });

/** @type {(id: string, act: Schemas['AnalysisAct'], reason: string | null) => Promise<Schemas['Analysis']>} */
export const actOnAnalysis = (id, act, reason) => call('POST', `/analyses/${encodeURIComponent(id)}/acts`, { act, ...(reason ? { reason } : {}) });

/** A page of duty applications. @type {(asked: Asked) => Promise<Schemas['PageOfDutyApplication']>} */
export const duties = (asked) => call('GET', `/duty-applications${queryOf(asked)}`);

/** @type {(id: string) => Promise<Schemas['DutyApplication']>} */
export const duty = (id) => call('GET', `/duty-applications/${encodeURIComponent(id)}`);

/** @type {(body: Schemas['DutyApplicationRequest'], key: string) => Promise<Schemas['DutyApplied']>} */
export const applyForDuty = (body, key) => call('POST', '/duty-applications', body, { 'Idempotency-Key': key });

/** @type {(id: string, act: Schemas['DutyAct'], reason: string | null) => Promise<Schemas['DutyApplication']>} */
export const actOnDuty = (id, act, reason) => call('POST', `/duty-applications/${encodeURIComponent(id)}/acts`, { act, ...(reason ? { reason } : {}) });

/** Asks the holder before the counter; a new code each time. @type {(id: string, body: Schemas['CounterRequestRequest']) => Promise<Schemas['CounterRequested']>} */
export const askHolder = (id, body) => call('POST', `/cases/${encodeURIComponent(id)}/requests`, body);

/** @type {(caseId: string, id: string) => Promise<Schemas['CounterRequest']>} */
export const counterRequest = (caseId, id) => call('GET', `/cases/${encodeURIComponent(caseId)}/requests/${encodeURIComponent(id)}`);

/** @type {(body: Schemas['CounterLookUpRequest']) => Promise<Schemas['CounterLookedUp']>} */
export const lookUp = (body) => call('POST', '/counter-lookups', body);
