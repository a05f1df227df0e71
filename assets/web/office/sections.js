/** The sections of the office: where each is, who has work there, and the key that leads to it. */

/**
 * @typedef {object} Section
 * @property {string} path
 * @property {string} key pressed after `g`
 * @property {readonly import('./types.d.ts').Role[]} roles
 */

/** @type {readonly import('./types.d.ts').Role[]} */
const ALL = ['issuer_maker', 'issuer_checker', 'unit_admin', 'handler', 'inspector', 'verifier', 'manager', 'operator', 'auditor'];

/** @type {readonly import('./types.d.ts').Role[]} */
const READERS = ['issuer_maker', 'issuer_checker', 'unit_admin', 'handler', 'inspector', 'verifier', 'manager', 'auditor'];

/** @type {readonly import('./types.d.ts').Role[]} */
const DECIDERS = ['issuer_maker', 'issuer_checker', 'manager'];

/** @type {readonly import('./types.d.ts').Role[]} */
const ISSUERS = ['issuer_maker', 'issuer_checker'];

/** The sorts of entries of the catalogue. @type {readonly import('./types.d.ts').Sort[]} */
export const SORTS = ['matters', 'kinds', 'scenes', 'inspection-matters', 'using-lists'];

/** @type {readonly Section[]} */
const SECTIONS = [
  { path: 'home', key: 'h', roles: ALL },
  { path: 'tasks', key: 't', roles: DECIDERS },
  { path: 'cases', key: 'c', roles: ['issuer_maker', 'issuer_checker', 'handler'] },
  { path: 'licences', key: 'l', roles: ISSUERS },
  { path: 'review', key: 'r', roles: ['issuer_checker'] },
  { path: 'imports', key: 'b', roles: ISSUERS },
  { path: 'duplicates', key: 'e', roles: ISSUERS },
  { path: 'agencies', key: 'a', roles: ISSUERS },
  { path: 'requests', key: 'q', roles: ISSUERS },
  { path: 'reconciliations', key: 'v', roles: ISSUERS },
  { path: 'duties', key: 'z', roles: ['issuer_maker', 'issuer_checker', 'handler', 'unit_admin'] },
  { path: 'analyses', key: 'f', roles: ['issuer_checker', 'unit_admin', 'manager', 'auditor'] },
  { path: 'uses', key: 'x', roles: ['handler', 'unit_admin'] },
  { path: 'counts', key: 'n', roles: ['manager', 'auditor'] },
  { path: 'matters', key: 'm', roles: READERS },
  { path: 'kinds', key: 'k', roles: READERS },
  { path: 'scenes', key: 's', roles: READERS },
  { path: 'inspection-matters', key: 'i', roles: READERS },
  { path: 'using-lists', key: 'w', roles: READERS },
  { path: 'proposals', key: 'p', roles: DECIDERS },
  { path: 'calendar', key: 'd', roles: ALL },
  { path: 'units', key: 'u', roles: ALL },
  { path: 'outbox', key: 'o', roles: ['manager', 'operator'] },
  { path: 'keys', key: 'y', roles: ALL },
];

/** The sections for somebody with these roles, in the order of the navigation. @param {readonly string[]} roles */
export const sectionsFor = (roles) => SECTIONS.filter((section) => section.roles.some((role) => roles.includes(role)));

/** Who writes entries of the catalogue: members of the unit that owns them. */
const WRITERS = ['issuer_maker', 'issuer_checker', 'unit_admin'];

/** @param {import('./types.d.ts').Member} member */
export const writesEntries = ({ roles }) => roles.some((role) => WRITERS.includes(role));

/** @param {import('./types.d.ts').Member} member */
export const isManager = ({ roles }) => roles.includes('manager');

/** Whether this member sees what others propose. @param {import('./types.d.ts').Member} member */
export const decides = ({ roles }) => roles.some((role) => DECIDERS.includes(role));

/** Whether this member opens cases. @param {import('./types.d.ts').Member} member */
export const opensCases = ({ roles }) => roles.includes('issuer_maker') || roles.includes('handler');

/** Whether this member applies to issuers for a using unit. @param {import('./types.d.ts').Member} member */
export const appliesForDuty = ({ roles }) => roles.includes('handler') || roles.includes('unit_admin');

/** Whether this member applies for counts for a using unit. @param {import('./types.d.ts').Member} member */
export const appliesForAnalysis = ({ roles }) => roles.includes('unit_admin');

/** @type {readonly import('./types.d.ts').Role[]} */
const COUNTER = ['issuer_maker', 'issuer_checker', 'handler', 'unit_admin'];

/** Whether this member may restore accounts, if the unit is named for it. @param {import('./types.d.ts').Member} member */
export const worksAtCounter = ({ roles }) => roles.some((role) => COUNTER.includes(role));

/** Whether this member looks at people of any unit, and says why: it is kept. @param {import('./types.d.ts').Member} member */
export const audits = ({ roles }) => roles.includes('auditor') && !roles.includes('manager');

/** Whether this member sees and changes who works for the unit `of`. @param {import('./types.d.ts').Member} member @param {string} of */
export const managesAccounts = ({ roles, unit }, of) => roles.includes('manager') || (roles.includes('unit_admin') && unit.id === of);
