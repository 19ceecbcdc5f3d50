import { fingerprint } from './fingerprint.ts';
import type { Incident } from './incident.ts';
import type { Signal } from './signal.ts';

/** What makes one incident; structurally what settings parse to. */
export type GroupBy = 'entity' | 'watch' | 'all' | { readonly label: string };

/** Whose story a signal belongs to. */
export interface Group {
  /** Names it, and its record: equal for equal things, different for different ones. */
  readonly group: string;
  readonly groupedBy: Incident['groupedBy'];
  /** What people read. */
  readonly title: string;
}

/**
 * The group of a signal. One that lacks the label that is grouped by is a story of its own entity: without it nothing
 * says that it belongs to others that lack it, too.
 */
export function groupOf(signal: Pick<Signal, 'deployment' | 'watch' | 'entity' | 'labels'>, by: GroupBy): Group {
  if (by === 'watch') return { group: named(`watch:${signal.watch}`), groupedBy: 'watch', title: signal.watch };
  if (by === 'all') return { group: 'all', groupedBy: 'all', title: signal.deployment };
  if (by !== 'entity' && Object.hasOwn(signal.labels, by.label)) {
    const value = signal.labels[by.label];
    // Of `a=b=c` nobody could say where the name ends.
    const label = by.label.replace(/[%=]/g, encodeURIComponent);
    return { group: named(`label:${label}=${value}`), groupedBy: 'label', title: value };
  }
  return { group: named(`entity:${signal.watch}/${signal.entity}`), groupedBy: 'entity', title: signal.entity };
}

/** The group of a watch's storm. */
export const stormGroup = (watch: string): string => named(`storm:${watch}`);

/** The group of what is told when a watch's pages of a day are spent. */
export const pagesGroup = (watch: string): string => named(`pages:${watch}`);

/** A group's name becomes the name of a file, with every unusual character as three, and nine for an ideogram. */
const LONGEST = 180;
const KEPT = 150;
const hasFingerprint = /~[0-9a-f]{16}$/;

/** As it is where it can be; else its beginning and its fingerprint, so that long names stay apart. */
function named(group: string): string {
  const text = group.replace(/\p{Surrogate}/gu, '\uFFFD');
  if (text === group && encodedLength(text) <= LONGEST && !hasFingerprint.test(text)) return text;
  let kept = '';
  let length = 0;
  for (const character of text) {
    length += encodedLength(character);
    if (length > KEPT) break;
    kept += character;
  }
  return `${kept}~${fingerprint(JSON.stringify(group))}`;
}

/** Length of what `settings/keys` makes of it. */
const encodedLength = (text: string): number => encodeURIComponent(text).replace(/[.!'()*~]/g, '%00').length;
