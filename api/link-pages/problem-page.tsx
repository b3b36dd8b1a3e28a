/** Problems as pages, for people who have followed a link: status and headers are those that a program would get. */
import type { Problem, ProblemPage } from '../problem.ts';
import { pageReply, type ShopFront } from './page.tsx';
import { type Tongue, tongueOf } from './words.ts';

/** Codes without words of their own share two texts; who reads English reads what the problem itself says. */
function textOf(
  { words, locale }: Tongue,
  { code, status, message }: Problem,
): [title: string, body: string] {
  const { problems } = words;
  const found = Object.hasOwn(problems, code) ? problems[code] : undefined;
  const [title = '', body = ''] = found ?? problems[status >= 500 ? 'away' : 'other'] ?? [];
  const isOwn = found === undefined && status < 500 && locale.startsWith('en');
  return [title, isOwn ? message : body];
}

export const createProblemPage =
  (shop: ShopFront): ProblemPage =>
  (problem, reply, acceptLanguage) => {
    const tongue = tongueOf(acceptLanguage, shop.locale);
    const { words } = tongue;
    const [title, body] = textOf(tongue, problem);
    const { instance } = JSON.parse(reply.body) as { instance: string };
    const children = (
      <>
        <h1>{title}</h1>
        <p>{body}</p>
        <p class="small">{`${words.reference} ${instance}`}</p>
      </>
    );
    const page = pageReply(problem.status, { title, tongue, shop, children });
    return { ...page, headers: { ...reply.headers, ...page.headers } };
  };
