import * as z from 'zod';
import { settingsSchema } from './settings.ts';

/** A JSON Schema, as far as we read one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

/** The JSON Schema of what users write, for their editor: `aiops.schema.json`. */
export function settingsJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(settingsSchema, { io: 'input', target: 'draft-7' }) as JsonSchema;
  return { ...schema, title: 'aiops.yaml', description: 'What AIOps Monitoring looks after, and how.' };
}

/** The text of `aiops.schema.json`. */
export const schemaText = (): string => `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`;

let whole: JsonSchema | undefined;

/** Keys that may stand at a path such as `['watches', 'web', 'select', 0]`, in any of the forms it may have. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  whole ??= settingsJsonSchema();
  const root = whole;
  let here = forms(root, root);
  for (const step of path) {
    here = here.flatMap((form) => {
      const next =
        typeof step === 'number'
          ? form.items
          : (form.properties?.[String(step)] ??
            (typeof form.additionalProperties === 'object' ? form.additionalProperties : undefined));
      return next === undefined ? [] : forms(next, root);
    });
  }
  return [...new Set(here.flatMap((form) => Object.keys(form.properties ?? {})))];
}

/** What a schema may be, with what it refers to: what holds itself, such as a route of routes, is written down once. */
function forms(schema: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  const name = schema.$ref?.replace(/^#\/definitions\//, '');
  const meant = name === undefined ? undefined : root.definitions?.[name];
  const others = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [schema, ...[...others, ...(meant === undefined ? [] : [meant])].flatMap((one) => forms(one, root))];
}
