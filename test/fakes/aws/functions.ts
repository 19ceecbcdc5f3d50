import { Refusal, type WireAnswer, type WireRequest } from './wire.ts';

/** What a function answers; `functionError` where it threw. */
export interface FunctionAnswer {
  readonly payload: unknown;
  readonly functionError?: string;
}

const path = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Lambda's Invoke, request and response only: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export class FakeFunctions {
  private readonly functions = new Map<string, (event: unknown) => Promise<FunctionAnswer>>();

  register(name: string, run: (event: unknown) => Promise<FunctionAnswer>): void {
    this.functions.set(name, run);
  }

  /** Name of the function that a request invokes; undefined for any other request. */
  static nameOf(request: WireRequest): string | undefined {
    const name = path.exec(request.path)?.[1];
    return name === undefined ? undefined : decodeURIComponent(name);
  }

  async answer(name: string, request: WireRequest): Promise<WireAnswer> {
    const run = this.functions.get(name);
    if (request.method !== 'POST')
      throw new Refusal(405, 'MethodNotAllowed', `Invoke is a POST, not ${request.method}`);
    if (run === undefined) throw new Refusal(404, 'ResourceNotFoundException', `Function not found: ${name}`);
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (type !== 'RequestResponse') {
      throw new Refusal(
        400,
        'InvalidParameterValueException',
        `the fake Lambda does not know invocations of type ${type}`,
      );
    }
    const text = request.body.toString();
    const { payload, functionError } = await run(text === '' ? {} : JSON.parse(text));
    const failed: Readonly<Record<string, string>> =
      functionError === undefined ? {} : { 'x-amz-function-error': functionError };
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST', ...failed },
      body: JSON.stringify(payload ?? null),
    };
  }
}
