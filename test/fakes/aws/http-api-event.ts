import { randomUUID } from 'node:crypto';

/** What an HTTP API answers, as its function said it. */
export interface HttpApiAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Builds what API Gateway hands to a function, payload format 2.0:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 *
 * @param caller ARN that signed the request, on routes that ask for IAM.
 */
export function httpApiEvent(method: string, address: string, body = '', caller?: string): object {
  const url = new URL(address);
  const headers = {
    host: url.host,
    'user-agent': 'a browser',
    ...(body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  return {
    version: '2.0',
    routeKey: `${method} ${url.pathname.startsWith('/a/') ? '/a/{token}' : url.pathname}`,
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers,
    requestContext: {
      accountId: '111111111111',
      apiId: 'api',
      domainName: url.host,
      domainPrefix: 'api',
      http: { method, path: url.pathname, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'a browser' },
      requestId: randomUUID(),
      routeKey: `${method} ${url.pathname}`,
      stage: '$default',
      time: '21/Nov/2026:14:00:00 +0000',
      timeEpoch: 1_795_269_600_000,
      ...(caller === undefined ? {} : { authorizer: { iam: { userArn: caller } } }),
    },
    ...(body === '' ? {} : { body }),
    isBase64Encoded: false,
  };
}
