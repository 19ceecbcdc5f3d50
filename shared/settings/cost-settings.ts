import * as z from 'zod';
import { listPrices, type PriceName, type Prices } from './prices.ts';

export const maxMonthlyUsd = z
  .number()
  .positive('must be more than 0 → write such as 100, or leave it out for no limit')
  .optional()
  .describe(
    'The most that the deployment may cost a month, in dollars: with as many series as its patterns may match, or it is not deployed. Where a month would cost more all the same, polling is stretched to 15 minutes, then to 60. Default: no limit',
  );

const price = z.number().nonnegative('is a price below 0 → write dollars');

/** Prices of another region, or of a contract, in place of those of the table. */
export const priceSettings = z
  .strictObject(
    Object.fromEntries(Object.keys(listPrices).map((name) => [name, price.optional()])) as Record<
      PriceName,
      z.ZodOptional<typeof price>
    >,
  )
  .optional()
  .describe('Prices in dollars, in place of those of us-east-1; see docs/cost.md for their names');

/** The table, with what the settings put in its place. */
export const pricesOf = ({
  prices,
}: {
  readonly prices?: Readonly<Partial<Record<PriceName, number | undefined>>> | undefined;
}): Prices => ({
  ...listPrices,
  ...Object.fromEntries(Object.entries(prices ?? {}).filter(([, value]) => value !== undefined)),
});
