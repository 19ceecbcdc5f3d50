import { writeFileSync } from 'node:fs';
import { schemaText } from '../shared/settings/json-schema.ts';

/** Writes `aiops.schema.json`, by which editors check and complete `aiops.yaml`. */
writeFileSync(new URL('../aiops.schema.json', import.meta.url), schemaText());
