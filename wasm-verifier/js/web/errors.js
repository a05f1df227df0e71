/**
 * The one error these modules throw.
 *
 * `code` is stable: one of the codes of core's README, or `USAGE` (the call itself is wrong) or `INTERNAL` (a defect
 * of ours: the instance that threw it must not be used again). `texts` and `hints` hold zh-CN and en.
 */
export class LiangzhengError extends Error {
  constructor({ code, message, hint }, options) {
    super(`${code}: ${message.en}`, options);
    this.name = 'LiangzhengError';
    this.code = code;
    this.texts = message;
    this.hint = hint;
  }

  /** The same as plain data, for messages between windows. */
  toJSON() {
    return { code: this.code, message: this.texts, hint: this.hint };
  }
}

/** Runs `call` and turns whatever the module throws into a LiangzhengError. */
export function guarded(call) {
  try {
    return call();
  } catch (thrown) {
    throw translated(thrown);
  }
}

/**
 * `value` if it is a string. The bindings would take anything with a `length`, and read beyond what they were given.
 */
export function text(value, name) {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  return value;
}

/** As `text`, but `null` and `undefined` mean "not given". */
export function textOrNone(value, name) {
  return value === null || value === undefined ? undefined : text(value, name);
}

function translated(thrown) {
  if (thrown instanceof LiangzhengError) return thrown;
  if (typeof thrown === 'string') {
    try {
      return new LiangzhengError(JSON.parse(thrown));
    } catch {
      // Not one of ours: told as a defect below.
    }
  }
  if (thrown instanceof TypeError) {
    return new LiangzhengError(
      {
        code: 'USAGE',
        message: { 'zh-CN': `调用参数不正确：${thrown.message}`, en: `Wrong argument: ${thrown.message}` },
        hint: { 'zh-CN': '请检查调用参数。', en: 'Check the arguments of the call.' },
      },
      { cause: thrown },
    );
  }
  return new LiangzhengError(
    {
      code: 'INTERNAL',
      message: { 'zh-CN': '核验模块内部错误', en: 'The module failed inside' },
      hint: { 'zh-CN': '请重新载入页面；若再次出现请上报。', en: 'Load the page again; if it comes back, report it.' },
    },
    { cause: thrown },
  );
}
