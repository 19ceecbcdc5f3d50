import * as z from 'zod';
import type { Version } from '../ports/object-store.ts';
import { keys, type ModelRole } from '../settings/keys.ts';
import { type ArtefactKind, packArtefact } from './artefact.ts';
import { readStored, type StoragePorts, writeStored } from './stored-artefact.ts';
import { StoredObjectError } from './stored-object-error.ts';

/** Where a model came from: enough to make it again, and to ask whoever made it. */
export interface ModelOrigin {
  /** Epoch seconds. */
  readonly trainedAt: number;
  /** Who or what trained it, such as `train function` or a person's name. */
  readonly by: string;
  /** Such as `weekly schedule`, `drift of web-1`. */
  readonly why: string;
  /** SHA-256 of the data it was fitted on; see {@link dataDigest}. */
  readonly dataDigest: string;
  /** The window of that data, epoch seconds. */
  readonly dataFrom: number;
  readonly dataTo: number;
  readonly seed: number;
}

/** A model as it is kept: never changed once it is there. */
export interface RegisteredModel<T> {
  readonly id: string;
  readonly origin: ModelOrigin;
  /** What the backtest said, by measure. */
  readonly report: Readonly<Record<string, number>>;
  readonly model: T;
}

export interface Promotion {
  readonly id: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly by: string;
  readonly why: string;
}

/** Which model is in use, and which ones were, newest first. */
export interface ChampionPointer extends Promotion {
  /** At most twenty. */
  readonly before: readonly Promotion[];
}

/** The model in use with the pointer that names it; `version` is for the next promotion. */
export interface Champion<T> {
  readonly pointer: ChampionPointer;
  readonly version: Version;
  readonly model: RegisteredModel<T>;
}

const longestMemory = 20;
const mostAttempts = 20;

const promotion = { id: z.string().min(1), at: z.number(), by: z.string(), why: z.string() };
const pointerSchema = z.object({
  version: z.literal(1),
  ...promotion,
  before: z.array(z.object(promotion)),
});
const registeredSchema = z.strictObject({
  origin: z.strictObject({
    trainedAt: z.number(),
    by: z.string(),
    why: z.string(),
    dataDigest: z.string(),
    dataFrom: z.number(),
    dataTo: z.number(),
    seed: z.number(),
  }),
  report: z.record(z.string(), z.number()),
  model: z.unknown(),
});

type Unnamed<T> = Omit<RegisteredModel<T>, 'id'>;

/** The models of one role of one watch: immutable artefacts, and one pointer to the one in use. */
export class ModelRegistry<T> {
  readonly #ports: StoragePorts;
  readonly #watch: string;
  readonly #role: ModelRole;
  readonly #kind: ArtefactKind<Unnamed<T>>;

  /** @param kind how the model itself is stored; it is kept with its origin and report in one artefact. */
  constructor(ports: StoragePorts, watch: string, role: ModelRole, kind: ArtefactKind<T>) {
    this.#ports = ports;
    this.#watch = watch;
    this.#role = role;
    this.#kind = registeredKind(kind);
  }

  /**
   * Keeps a model under an id made from its content: the same model from the same origin gets the same id, and keeping
   * it again changes nothing.
   */
  async register(model: T, origin: ModelOrigin, report: Readonly<Record<string, number>>): Promise<string> {
    const registered = { origin, report, model };
    const digest = this.#ports.bytes.digest(packArtefact(this.#kind, registered));
    const trained = new Date(origin.trainedAt * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '');
    const id = `${trained}-${digest.slice(0, 16)}`;
    await writeStored(this.#ports, this.#kind, this.#key(id), registered, 'absent');
    return id;
  }

  /** A registered model; undefined if there is none of that id. @throws StoredObjectError if it cannot be read. */
  async model(id: string): Promise<RegisteredModel<T> | undefined> {
    const stored = await readStored(this.#ports, this.#kind, this.#key(id));
    return stored === undefined ? undefined : { id, ...stored.value };
  }

  /** The ids of all models, oldest first. */
  async *ids(): AsyncIterable<string> {
    const prefix = keys.modelPrefix(this.#watch, this.#role);
    const champion = keys.champion(this.#watch, this.#role);
    for await (const key of this.#ports.store.list(prefix)) {
      if (key !== champion) yield decodeURIComponent(key.slice(prefix.length));
    }
  }

  /** Which model is in use, whether or not it can be read; undefined before the first promotion. */
  async championId(): Promise<string | undefined> {
    return (await this.#pointer())?.pointer.id;
  }

  /**
   * The model in use; undefined before the first promotion. Pointer and model belong together, whatever is promoted
   * meanwhile, since a model is never changed.
   *
   * @throws StoredObjectError if the pointer or the model it names cannot be read or is gone.
   */
  async champion(): Promise<Champion<T> | undefined> {
    const found = await this.#pointer();
    if (found === undefined) return undefined;
    const model = await this.model(found.pointer.id);
    if (model === undefined) {
      throw new StoredObjectError('missing', `names the model '${found.pointer.id}', which is gone`, this.#championKey);
    }
    return { ...found, model };
  }

  /**
   * Puts a registered model in use.
   *
   * @param replacing the champion it was found to be better than, or 'none'. If another is in use meanwhile nothing is
   * changed and the answer is 'overtaken': compare again. Without it, it replaces whatever is in use.
   * @throws RangeError if there is no such model.
   */
  async promote({ id, at, by, why }: Promotion, replacing?: Champion<T> | 'none'): Promise<'promoted' | 'overtaken'> {
    if ((await this.#ports.store.get(this.#key(id))) === undefined) {
      throw new RangeError(`there is no model '${id}' of ${this.#role} in watch '${this.#watch}'; register it first`);
    }
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const present = await this.#pointer();
      if (replacing === 'none' && present !== undefined) return 'overtaken';
      if (replacing !== undefined && replacing !== 'none' && present?.version !== replacing.version) return 'overtaken';
      const before = present === undefined ? [] : [bare(present.pointer), ...present.pointer.before];
      const pointer = { id, at, by, why, before: before.slice(0, longestMemory) };
      if (await this.#point(pointer, present?.version)) return 'promoted';
    }
    throw new Error(`object '${this.#championKey}' changed ${mostAttempts} times while a model was being promoted`);
  }

  /**
   * Puts the model before the one in use back, as a promotion of its own that says why.
   *
   * @returns its id, or 'nothing-before' where there is none to go back to.
   */
  async rollBack(step: Omit<Promotion, 'id'>): Promise<{ readonly id: string } | 'nothing-before'> {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const present = await this.#pointer();
      const former = present?.pointer.before.find(({ id }) => id !== present.pointer.id);
      if (present === undefined || former === undefined) return 'nothing-before';
      const older = present.pointer.before.slice(present.pointer.before.indexOf(former) + 1);
      const pointer = { ...step, id: former.id, before: older };
      if (await this.#point(pointer, present.version)) return { id: former.id };
    }
    throw new Error(`object '${this.#championKey}' changed ${mostAttempts} times while a model was being put back`);
  }

  get #championKey(): string {
    return keys.champion(this.#watch, this.#role);
  }

  #key(id: string): string {
    return keys.model(this.#watch, this.#role, id);
  }

  async #pointer(): Promise<{ readonly pointer: ChampionPointer; readonly version: Version } | undefined> {
    const stored = await this.#ports.store.get(this.#championKey);
    if (stored === undefined) return undefined;
    return { pointer: readPointer(stored.body, this.#championKey), version: stored.version };
  }

  async #point(pointer: ChampionPointer, replaced: Version | undefined): Promise<boolean> {
    const body = new TextEncoder().encode(`${JSON.stringify({ version: 1, ...pointer }, null, 2)}\n`);
    return (await this.#ports.store.put(this.#championKey, body, replaced ?? 'absent')) === 'stored';
  }
}

/** SHA-256 over ids, times and values of series, whatever their order: the same data gives the same digest. */
export function dataDigest(
  bytes: StoragePorts['bytes'],
  data: ReadonlyMap<string, { readonly times: Float64Array; readonly values: Float64Array }>,
): string {
  const lines = [...data]
    .map(([id, { times, values }]) => `${bytes.digest(packArtefact(digestedKind, { id, times, values }))}\n`)
    .sort();
  return bytes.digest(new TextEncoder().encode(lines.join('')));
}

const digestedKind: ArtefactKind<unknown> = { kind: 'digested', version: 1, upgrades: {}, parse: (payload) => payload };

const bare = ({ id, at, by, why }: Promotion): Promotion => ({ id, at, by, why });

/** The version is that of the model's own kind, and so are its upgrades. */
function registeredKind<T>(kind: ArtefactKind<T>): ArtefactKind<Unnamed<T>> {
  const upgrades = Object.entries(kind.upgrades).map(([version, upgrade]) => {
    const lifted = (payload: unknown) => {
      const registered = registeredSchema.parse(payload);
      return { ...registered, model: upgrade?.(registered.model) };
    };
    return [version, lifted] as const;
  });
  return {
    kind: `model/${kind.kind}`,
    version: kind.version,
    upgrades: Object.fromEntries(upgrades),
    payload: ({ origin, report, model }) => ({
      origin,
      report,
      model: kind.payload === undefined ? model : kind.payload(model),
    }),
    parse: (payload) => {
      const { origin, report, model } = registeredSchema.parse(payload);
      return { origin, report, model: kind.parse(model) };
    },
  };
}

function readPointer(body: Uint8Array, key: string): ChampionPointer {
  let given: unknown;
  try {
    given = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new StoredObjectError('damaged', `${body.length} bytes that are no JSON`, key, { cause: error });
  }
  const version = typeof given === 'object' && given !== null && 'version' in given ? given.version : undefined;
  if (typeof version === 'number' && version > 1) {
    throw new StoredObjectError('newer-version', `a champion of version ${version}; this release reads version 1`, key);
  }
  const read = pointerSchema.safeParse(given);
  if (!read.success) {
    throw new StoredObjectError('damaged', `no champion (${z.prettifyError(read.error)})`, key, { cause: read.error });
  }
  const { id, at, by, why, before } = read.data;
  return { id, at, by, why, before };
}
