import { describe, expect, it } from 'vitest';
import type { Channel } from '../../../shared/ports/channel.ts';
import { examples, findingOf, noticeOfTest } from '../../presentation/notice-examples.ts';

export interface ChannelUnderTest {
  readonly channel: Channel;
  /** All that anybody could read of what was delivered so far, as text. */
  readonly read: () => Promise<string>;
  close?(): Promise<void>;
}

export interface RemoteChannelUnderTest extends ChannelUnderTest {
  /** What the other side does with the next request. */
  readonly trouble: Readonly<Record<'refuses' | 'fails' | 'hangsUp', () => void>>;
}

/** What every channel promises. */
export function channelSuite(name: string, open: () => Promise<ChannelUnderTest>): void {
  describe(`${name} keeps the promises of a channel`, () => {
    const using = async (work: (subject: ChannelUnderTest) => Promise<void>): Promise<void> => {
      const subject = await open();
      try {
        await work(subject);
      } finally {
        await subject.close?.();
      }
    };

    it.each(Object.entries(examples))('delivers a notice such as %s', (_, notice) =>
      using(async ({ channel }) => {
        expect(await channel.deliver(notice)).toMatchObject({ outcome: 'delivered' });
      }),
    );

    it('tells who, what, how bad and which incident', () =>
      using(async ({ channel, read }) => {
        await channel.deliver(noticeOfTest());
        const told = await read();
        for (const word of ['web-1', 'CPUUtilization', 'HIGH', '97.3', '7f3a9c']) expect(told).toContain(word);
      }));

    it('marks a test as one', () =>
      using(async ({ channel, read }) => {
        await channel.deliver(noticeOfTest({ test: true }));
        expect(await read()).toContain('TEST');
      }));

    it('delivers what is hostile, harmless', () =>
      using(async ({ channel, read }) => {
        const hostile = '<!channel> <script>alert(1)</script> \u001b[2J\u0000\u202e & *x*'.repeat(300);
        const finding = findingOf({ entity: hostile, label: hostile, explanation: hostile, observed: Number.NaN });
        const notice = noticeOfTest({
          title: hostile,
          entities: [hostile],
          watches: [hostile],
          labels: { [hostile]: hostile },
          findings: Array.from({ length: 500 }, () => finding),
        });
        expect(await channel.deliver(notice)).toMatchObject({ outcome: 'delivered' });
        // As a receiver sees it: JSON may carry anything, escaped; nothing may arrive raw.
        expect(await read()).not.toMatch(/\u001b|\u0000/);
      }));

    it('tells several at once, each whole', () =>
      using(async ({ channel, read }) => {
        const names = Array.from({ length: 8 }, (_, k) => `host-${k}`);
        const told = await Promise.all(
          names.map((entity) =>
            channel.deliver(
              noticeOfTest({ entities: [entity], findings: [findingOf({ entity })], dedupKey: `prod/${entity}/1` }),
            ),
          ),
        );
        expect(told.map(({ outcome }) => outcome)).toEqual(names.map(() => 'delivered'));
        const text = await read();
        for (const entity of names) expect(text).toContain(entity);
      }));
  });
}

/** What every channel promises that reaches people through a service, beside all of the above. */
export function remoteChannelSuite(name: string, open: () => Promise<RemoteChannelUnderTest>): void {
  channelSuite(name, open);

  it.each([
    ['refuses', { outcome: 'rejected' }],
    ['fails', { outcome: 'retryable', maybe: false }],
    ['hangsUp', { outcome: 'retryable', maybe: true }],
  ] as const)(`${name} answers with a value, and does not throw, when the other side %s`, async (kind, expected) => {
    const subject = await open();
    const { channel, trouble } = subject;
    try {
      trouble[kind]();
      const delivery = await channel.deliver(noticeOfTest());
      expect(delivery).toMatchObject(expected);
      expect('reason' in delivery ? delivery.reason : '').toMatch(/.{10}/);
    } finally {
      await subject.close?.();
    }
  });
}
