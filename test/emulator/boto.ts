import { execFile } from 'node:child_process';
import { environment, type AccessKey } from './cdk.ts';

const program = `
import boto3, json, sys
service, operation, parameters = sys.argv[1:]
client = boto3.client(service)
given = json.loads(parameters)
if isinstance(given, list):
    answer = [getattr(client, operation)(**one) for one in given]
elif client.can_paginate(operation):
    answer = client.get_paginator(operation).paginate(**given).build_full_result()
else:
    answer = getattr(client, operation)(**given)
json.dump(answer, sys.stdout, default=str)
`;

/**
 * Asks the account for what no SDK client among our dependencies knows; all pages; of a list of parameters, one after the
 * other. Operations are in Python's words,
 * such as `describe_stack_resources`.
 */
export const botoAgainst =
  (python: string, url: string, key?: AccessKey) =>
  <Answer>(service: string, operation: string, parameters: object = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      execFile(
        python,
        ['-c', program, service, operation, JSON.stringify(parameters)],
        { env: { PATH: process.env['PATH'] ?? '', ...environment(url, key) }, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          if (error === null) resolve(JSON.parse(stdout) as Answer);
          else reject(new Error(`${service} ${operation}: ${stderr.trim().split('\n').at(-1) ?? error.message}`));
        },
      );
    });
