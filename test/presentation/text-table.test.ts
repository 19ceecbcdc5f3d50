import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { textTable } from '../../shared/presentation/text-table.ts';

describe('text table', () => {
  it('lines up columns; colours take no room', () => {
    const red = createColors(true).red('12');
    expect(
      textTable(
        [{ heading: 'name' }, { heading: 'n', align: 'right' }],
        [
          ['a', red],
          ['longer', '3'],
        ],
      ),
    ).toEqual(['name     n', '------  --', `a       ${red}`, 'longer   3']);
  });
});
