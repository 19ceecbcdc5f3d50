import { ModelRegistry } from '../models/registry.ts';
import { StoredObjectError } from '../models/stored-object-error.ts';
import type { StoragePorts } from '../models/stored-artefact.ts';
import type { Log } from '../ports/log.ts';
import { type EntityModel, entityModelKind, restoreModel, type WatchModel } from './entity-model.ts';

export const modelsOf = (ports: StoragePorts, watch: string): ModelRegistry<WatchModel> =>
  new ModelRegistry(ports, watch, 'entity-detector', entityModelKind);

/**
 * The id of the model in use; undefined before the first training, and where the pointer leads nowhere.
 *
 * @param loaded a model that was just read: where it is still in use, that is not to be found out once more.
 */
export async function championId(
  ports: StoragePorts & { readonly log: Log },
  watch: string,
  loaded?: string,
): Promise<string | undefined> {
  return unlessUnreadable(ports.log, watch, async () => {
    const models = modelsOf(ports, watch);
    const inUse = loaded === undefined ? undefined : await models.championId();
    return inUse !== undefined && inUse === loaded ? inUse : (await models.champion())?.model.id;
  });
}

/** The model of that id, at work; undefined where it cannot be read: then the streaming detectors judge alone. */
export async function loadModel(
  ports: StoragePorts & { readonly log: Log },
  watch: string,
  id: string,
): Promise<EntityModel | undefined> {
  return unlessUnreadable(ports.log, watch, async () => {
    const found = await modelsOf(ports, watch).model(id);
    return found === undefined ? undefined : restoreModel(id, found.model);
  });
}

/** A damaged model must not blind us: what needs none goes on, and the damage is told to whoever operates this. */
async function unlessUnreadable<T>(log: Log, watch: string, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof StoredObjectError)) throw error;
    log.error('model unreadable: judging without it', { watch, error: error.message });
    return undefined;
  }
}
