/**
 * Types of the API's answers, as far as the pages read them. Written by hand in the shape that `openapi-typescript` makes
 * from an OpenAPI document, so that its output can take this file's place.
 */
export interface components {
  schemas: {
    /** A text in both languages. */
    Text: { 'zh-CN': string; en: string };

    /** RFC 9457. */
    Problem: {
      type: string;
      title: string;
      status: number;
      detail?: string;
      instance: string;
      code: string;
      request_id: string;
      errors?: { pointer: string; code: string; detail: string }[];
    };

    LoginAnswer: {
      /** Absent where it was set as a cookie. */
      token?: string;
      /** Unix seconds, as all times. */
      expires_at: number;
      principal: components['schemas']['PrincipalAnswer'];
    };
    PrincipalAnswer: {
      id: string;
      login: string;
      name: string;
      role: string;
      /** Where an account has several. */
      roles?: string[];
      unit: string | null;
    };

    CardPage: { items: components['schemas']['Card'][]; next: string | null };
    Card: {
      id: string;
      identifier: string;
      kind: components['schemas']['Named'];
      unit: components['schemas']['NamedUnit'];
      fields: components['schemas']['CardField'][];
      status: string;
      status_label: components['schemas']['Text'];
      status_since: number;
      /** `YYYYMMDD`. */
      valid_from: string;
      /** Null: 长期. */
      valid_to: string | null;
      dates: 'current' | 'not_yet' | 'expired';
      cautions: components['schemas']['Caution'][];
      showable: boolean;
      reason: components['schemas']['Reason'] | null;
      scenes: components['schemas']['CardScene'][];
      version: number;
    };
    Named: { code: string; names: components['schemas']['Text'] };
    NamedUnit: { id: string; names: components['schemas']['Text'] };
    CardField: { key: string; label: components['schemas']['Text']; value: string };
    Caution: { code: string; message: components['schemas']['Text'] };
    Reason: components['schemas']['Text'] & { code: string };
    CardScene: {
      code: string;
      names: components['schemas']['Text'];
      audience: string;
      profiles: ('S' | 'H' | 'H+nonce')[];
      medium: 'screen' | 'paper';
      lifetime: number;
      fields: components['schemas']['CardField'][];
    };

    Shown: {
      show: string;
      token: string;
      qr_text: string;
      expires_at: number;
      refresh_at: number;
      show_expires_at: number;
    };
    Granted: { grant: string; expires_at: number };
    DeviceAnswer: { id: string; name: string; thumbprint: string; created_at: number };
  };
}
