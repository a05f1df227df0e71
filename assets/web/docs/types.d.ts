/** The parts of an OpenAPI 3.1 document that the reader shows. */
export interface Document {
  openapi: string;
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema>; responses?: Record<string, Response> };
}

export interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { description?: string; required?: boolean; content: Content };
  responses?: Record<string, Response | Reference>;
  /** The action that must be permitted; `Public` for everybody, `Session` for anybody logged in. */
  'x-action'?: string;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

export interface Response {
  description: string;
  content?: Content;
}

export interface Reference {
  $ref: string;
}

export type Content = Record<string, { schema?: Schema }>;

export interface Schema {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

/** One route, as it stands in the list. */
export interface Route {
  id: string;
  method: string;
  path: string;
  area: string;
  operation: Operation;
}
