import { describe, expect, it } from 'vitest';
import { entityModelKind } from '../../shared/pipeline/entity-model.ts';
import { packArtefact, unpackArtefact } from '../../shared/models/artefact.ts';

describe('a stored model', () => {
  it('of version 1 is read as one of which nobody knows how it was weighed', () => {
    const upgrade = entityModelKind.upgrades[1];
    expect(upgrade?.({ threshold: 2, timezone: 'UTC', fused: { alertDecades: 3 } })).toEqual({
      threshold: 2,
      timezone: 'UTC',
      fused: { alertDecades: 3, weighed: null },
    });
  });

  it('of version 1 without a forest is read as it was', () => {
    const old = { kind: entityModelKind.kind, version: 1, upgrades: {}, parse: (payload: unknown) => payload };
    const model = { threshold: 2, timezone: 'UTC', fused: null };
    expect(unpackArtefact(entityModelKind, packArtefact(old, model))).toEqual(model);
  });
});
