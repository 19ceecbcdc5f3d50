import * as z from 'zod';
import { restoreForecaster, type StoredForecaster } from '../forecasters/catalogue.ts';
import type { ArtefactKind } from './artefact.ts';

const stored = z.strictObject({ name: z.string().min(1), state: z.unknown() });

/** One fitted forecaster in the store. What cannot be restored is refused when it is read, while it still has a name. */
export const forecasterKind: ArtefactKind<StoredForecaster> = {
  kind: 'forecaster',
  version: 1,
  upgrades: {},
  parse(payload) {
    const { name, state } = stored.parse(payload);
    restoreForecaster({ name, state });
    return { name, state };
  },
};
