import { describe, expect, it } from 'vitest';
import { linkActions } from '../../shared/alerting/action-token.ts';
import type { IncidentSummary } from '../../shared/alerting/incident-summary.ts';
import {
  type ActionOutcome,
  choices,
  type ConfirmationPage,
  confirmationPage,
} from '../../shared/presentation/confirmation-page.ts';
import { parseDuration } from '../../shared/settings/duration.ts';
import fc from '../fakes/property.ts';

const now = 1_795_252_000;
const incident: IncidentSummary = {
  title: 'web-1',
  severity: 'HIGH',
  watches: ['web'],
  since: now - 1800,
  findings: [{ label: 'web-1 cpu', explanation: 'far above usual' }],
  meant: ['web-1 cpu'],
};
const outcomes: readonly ActionOutcome[] = [
  'done',
  'already',
  'over',
  'expired',
  'not-valid',
  'forgotten',
  'no-anomaly',
  'full',
  'too-large',
  'not-understood',
  'failed',
];

/** Names of elements and attributes, in order: what text can never change. */
const skeleton = (html: string): string => (html.match(/<\/?[a-z0-9]+|\s[a-z-]+="/gi) ?? []).join('');

describe('a page', () => {
  it.each(linkActions)('that asks to %s has one form, one button, and nothing from elsewhere', (asks) => {
    const html = confirmationPage({ asks, incident, now });
    expect(html.match(/<form/g)).toHaveLength(1);
    expect(html.match(/<button/g)).toHaveLength(1);
    expect(html).toContain('<form method="post">');
    expect(html).toContain('name="viewport"');
    expect(html).not.toMatch(/<script|<img|<link|<iframe|src=|href=|url\(|@import|\son[a-z]+=/i);
  });

  it('has a label for every field', () => {
    const html = confirmationPage({ asks: 'snooze', incident, now });
    for (const [, id] of html.matchAll(/<(?:select|input) id="([^"]+)"/g))
      expect(html).toContain(`<label for="${id}">`);
  });

  it.each(outcomes.flatMap((says) => linkActions.map((action) => [says, action] as const)))(
    'that says "%s" after %s tells what happened, and offers nothing more to do',
    (says, action) => {
      const html = confirmationPage({ says, action, incident, until: now + 7200, now });
      expect(/<h1>([^<]{5,})<\/h1>/.exec(html)).not.toBeNull();
      expect(html).not.toContain('<form');
    },
  );

  it('offers only lengths of time that can be read', () => {
    for (const [value] of [...choices.snooze, ...choices.normal])
      expect(value === 'always' || parseDuration(value) !== undefined, value).toBe(true);
  });

  it('keeps its shape, whatever things are called', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='alert(1)",
        '</style></title></main>',
        '&lt;b&gt;',
        '\u202Eevil\u202C',
        'x'.repeat(10_000),
        '\0\u001b[31m',
        '',
      ),
    );
    fc.assert(
      fc.property(hostile, fc.constantFrom(...linkActions), (text, asks) => {
        const page = (of: string): ConfirmationPage => ({
          asks,
          now,
          incident: {
            ...incident,
            title: of,
            watches: [of],
            findings: [{ label: of, explanation: `x${of}` }],
            meant: [of],
            acknowledgedBy: of,
          },
        });
        const html = confirmationPage(page(text));
        expect(skeleton(html)).toBe(skeleton(confirmationPage(page('plain'))));
        expect(html.length).toBeLessThan(12_000);
        expect(html).not.toMatch(/[\0\u001b\u202e]/);
      }),
    );
  });

  it('keeps its shape where a problem is told in words of who asked', () => {
    const says = (detail: string) => confirmationPage({ says: 'not-understood', incident, detail, now });
    expect(skeleton(says('<form action=//evil>'))).toBe(skeleton(says('plain')));
  });

  it('names five findings and counts the rest', () => {
    const findings = Array.from({ length: 12 }, (_, k) => ({ label: `metric ${k}`, explanation: '' }));
    const html = confirmationPage({ asks: 'acknowledge', incident: { ...incident, findings }, now });
    expect(html.match(/metric \d+/g)).toHaveLength(5);
    expect(html).toContain('and 7 more');
  });
});
