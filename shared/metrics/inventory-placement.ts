/** A placed series, as far as placing others needs to know it. */
interface Placed {
  readonly description: { readonly entity: string };
  readonly shard: string;
  readonly retiredAt: number | null;
}

/** The name of a shard, counted from 1. */
export const shardName = (number: number): string => `s-${String(number).padStart(4, '0')}`;

/** How full the shards are and where each entity is, while newcomers are placed one by one. */
export class Placement {
  readonly #shardSize: number;
  /** Series that are asked for, by shard; retired ones cost nothing. */
  readonly #sizes = new Map<string, number>();
  /** The shards of each entity, in the order it came to them. */
  readonly #homes = new Map<string, string[]>();
  #nextShard: number;

  constructor(placed: readonly Placed[], nextShard: number, shardSize: number) {
    this.#shardSize = shardSize;
    this.#nextShard = nextShard;
    for (const { shard, description, retiredAt } of placed) {
      this.#sizes.set(shard, this.#size(shard) + (retiredAt === null ? 1 : 0));
      this.#settle(description.entity, shard);
    }
  }

  get nextShard(): number {
    return this.#nextShard;
  }

  /**
   * The shard of one more series of an entity.
   *
   * @param together how many series of the entity are being placed now.
   * @param formerly the shards where some of them were under another entity.
   */
  place(entity: string, together: number, formerly: readonly string[]): string {
    const home = this.#homes.get(entity)?.at(-1) ?? this.#homeFor(together, formerly);
    // An entity that never fitted is cut at the shard's size; one that outgrows its shard is kept together longer.
    const limit = together > this.#shardSize ? this.#shardSize : 2 * this.#shardSize;
    const shard = this.#size(home) < limit ? home : this.#open();
    this.#sizes.set(shard, this.#size(shard) + 1);
    this.#settle(entity, shard);
    return shard;
  }

  #homeFor(together: number, formerly: readonly string[]): string {
    const usual = mostFrequent(formerly);
    if (usual !== undefined && this.#size(usual) + together <= 2 * this.#shardSize) return usual;
    for (const [shard, size] of this.#sizes) if (size + together <= this.#shardSize) return shard;
    return this.#open();
  }

  #open(): string {
    const shard = shardName(this.#nextShard++);
    this.#sizes.set(shard, 0);
    return shard;
  }

  #size(shard: string): number {
    return this.#sizes.get(shard) ?? 0;
  }

  #settle(entity: string, shard: string): void {
    const homes = this.#homes.get(entity);
    if (homes === undefined) this.#homes.set(entity, [shard]);
    else if (!homes.includes(shard)) homes.push(shard);
  }
}

function mostFrequent(names: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0];
}
