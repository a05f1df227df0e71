/** Codes that are checked as they are typed; the server decides. */
import { t } from '../../page/i18n.js';

/** Words for a text that is no type code of a kind (GB/T 36904), '' for one that is. @param {string} text */
export const kindCodeFault = (text) => (/^[0-9A-Z]{18}[0-9]{3}$/.test(text) ? '' : t('fault.kind_code'));

/** The code of a matter: it stands in addresses. @param {string} text */
export const matterCodeFault = (text) => (/^(?=.*[A-Za-z0-9])[A-Za-z0-9._-]{1,64}$/.test(text) ? '' : t('fault.matter_code'));

/** The code of a scene, or of a class of those who look. @param {string} text */
export const sceneCodeFault = (text) => (/^(?=.*[a-z0-9])[a-z0-9._-]{1,32}$/.test(text) ? '' : t('fault.scene_code'));

/** The key of a field. @param {string} text */
export const fieldKeyFault = (text) => (/^[a-z][a-z0-9_]{0,15}$/.test(text) ? '' : t('fault.field_key'));
