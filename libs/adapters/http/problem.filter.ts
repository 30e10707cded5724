import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ServerResponse } from 'node:http';

import { PROBLEM_TYPE, problemOf, type Problem } from './problem.js';

/** Told of errors that are the server's own fault. */
export type ReportFault = (error: unknown) => void;

/** Answers every error with a problem document; what is the server's fault is reported, the reader learns nothing of it. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly report: ReportFault) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<ServerResponse>();
    const answer = problemOf(error);
    if (answer.status === 500) this.report(error);
    if (response.headersSent) {
      // Half an answer cannot become an error any more: break it off, so that it is not taken for a whole one.
      response.destroy();
      return;
    }
    sendProblem(response, answer);
  }
}

function sendProblem(response: ServerResponse, answer: Problem): void {
  const body = JSON.stringify(answer);
  const headers: Record<string, string | number> = {
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  };
  if (answer.status === 401) headers['WWW-Authenticate'] = 'Bearer realm="spendline"';
  response.writeHead(answer.status, headers).end(body);
}
