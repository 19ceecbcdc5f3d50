import {
  type ConfirmationPage,
  confirmationPage,
  pageSecurityPolicy,
} from '../../shared/presentation/confirmation-page.ts';

const common = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=63072000',
} as const;

/** A page for people. The address holds a token: it is neither indexed, nor kept, nor told to another site. */
export const pageResponse = (status: number, page: ConfirmationPage): Response =>
  new Response(confirmationPage(page), {
    status,
    headers: {
      ...common,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pageSecurityPolicy,
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
      'x-frame-options': 'DENY',
    },
  });

/** An answer for programs. */
export const jsonResponse = (status: number, body: object): Response =>
  new Response(`${JSON.stringify(body)}\n`, { status, headers: { ...common, 'content-type': 'application/json' } });

export const refuseOther = (allowed: string): Response => {
  const response = jsonResponse(405, { error: `this address answers ${allowed} only` });
  response.headers.set('allow', allowed);
  return response;
};
