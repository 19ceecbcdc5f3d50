import { expect, it } from 'vitest';
import { TerminalChannel } from '../../shared/adapters/local/terminal-channel.ts';
import { noticeOfTest } from '../presentation/notice-examples.ts';

it('owes what a closed pipe did not show, and asks for the width anew each time', async () => {
  const widths = [40, 200];
  const told: (readonly string[])[] = [];
  const channel = new TerminalChannel(
    (lines) => {
      if (told.length === 2) throw new Error('EPIPE');
      told.push(lines);
    },
    () => ({ width: widths.shift() ?? 80, colours: false, unicode: false }),
  );
  await channel.deliver(noticeOfTest());
  await channel.deliver(noticeOfTest());
  expect(told[0].length).toBeGreaterThan(told[1].length);
  expect(await channel.deliver(noticeOfTest())).toMatchObject({ outcome: 'retryable', maybe: true });
});
