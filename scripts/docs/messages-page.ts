/** docs/reference/messages.md: every message of the cart workflow, read from the syntax trees of messages.ts and of the handlers. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROOT } from '../local/data-folder.ts';
import { GENERATED, table } from './markdown.ts';

interface Message {
  constant: string;
  kind: 'Update' | 'Signal' | 'Query';
  name: string;
  /** Type arguments of `define…`: result and arguments, as written. */
  types: string[];
}

function parse(file: string): ts.SourceFile {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  node.forEachChild((child) => visit(child, see));
}

/** `export const addItemUpdate = defineUpdate<Receipt, Message<AddItem>>('addItem')` and the like. */
function readMessages(): Message[] {
  const messages: Message[] = [];
  visit(parse('workflows/messages.ts'), (node) => {
    if (!ts.isVariableDeclaration(node) || !node.initializer || !ts.isCallExpression(node.initializer))
      return;
    const { expression, arguments: args, typeArguments } = node.initializer;
    const [, kind] = /^define(Update|Signal|Query)$/.exec(expression.getText()) ?? [];
    const [name] = args;
    if (!kind || !name || !ts.isStringLiteral(name)) return;
    const types = typeArguments?.map((type) => type.getText()) ?? [];
    messages.push({ constant: node.name.getText(), kind: kind as Message['kind'], name: name.text, types });
  });
  return messages;
}

const textOf = (node: ts.Expression): string => (ts.isStringLiteralLike(node) ? node.text : node.getText());

const inside = (node: ts.Node, see: (node: ts.Node) => void): void =>
  node.forEachChild((child) => visit(child, see));

/** Description by constant: what stands beside `messages.<constant>` in one object, or in one call of setHandler. */
function readDescriptions(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of [
    'workflows/cart-handlers.ts',
    'workflows/merge-handlers.ts',
    'workflows/cart-checkouts.ts',
    'workflows/cart-abandonment.ts',
  ])
    readFile(file, found);
  return found;
}

function readFile(file: string, found: Map<string, string>): void {
  const texts = new Map<string, string>();
  visit(parse(file), (node) => {
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isStringLiteralLike(node.initializer)) {
      texts.set(node.name.getText(), node.initializer.text);
    }
    if (!ts.isCallExpression(node) || !/^(setHandler|openDoor)$/.test(node.expression.getText())) return;
    const constants: string[] = [];
    let description: string | undefined;
    inside(node, (part) => {
      if (ts.isPropertyAccessExpression(part) && part.expression.getText() === 'messages') {
        constants.push(part.name.text);
      }
      if (ts.isPropertyAssignment(part) && part.name.getText() === 'description')
        description = textOf(part.initializer);
      if (ts.isShorthandPropertyAssignment(part)) description = texts.get(part.name.text) ?? description;
    });
    for (const constant of constants) if (description !== undefined) found.set(constant, description);
  });
}

/** The arguments of a message as an operator has to give them. */
function argumentsOf({ kind, types }: Message): string {
  const written = (kind === 'Signal' ? types[0] : types[1]) ?? '[]';
  const [, operation] = /^Message<(\w+)>$/.exec(written) ?? [];
  return operation
    ? `${operation === 'object' ? '{}' : operation}, Envelope?`
    : written.replace(/^\[(.*)\]$/s, '$1') || 'none';
}

const HEAD = `${GENERATED}

# Messages of the cart workflow

Workflow type \`cartWorkflow\`, task queue \`cartwright\`, workflow id \`cart:g:<guest id>\` or \`cart:u:<hash of the customer>\`.

Each write exists twice under one name: as an Update, which answers with a receipt, and as a Signal, which does not answer.
The first argument says what to do. The second one, the envelope, comes from the API only: key, fingerprint, attempt, actor and
request id make the message idempotent and attributable. **By hand, send the first argument alone**: the cart looks up the
price, the title and the stock by itself. A message by hand that cannot be read or is refused changes nothing; the reason
stands in the cart's current details.
`;

const TAIL = `
## Arguments

| name | fields |
|---|---|
| AddItem | \`sku\`, \`quantity\` (1 to 999), \`options?\`, \`attributes?\`, \`separateLine?\` |
| UpdateItem | \`lineId\`, and \`quantity?\` (0 to 999; 0 removes), \`options?\` (all of them), \`attributes?\` |
| RemoveItem | \`lineId\` |
| Batch | \`atomic\` (true: all or none), \`operations\`: up to 50 of the above, each with its \`type\` |
| Merge | \`guest\`: workflow id of the guest's cart, \`strategy?\`: \`sum\`, \`max\`, \`guestWins\` or \`accountWins\` |
| Complete | \`orderId\` |

A receipt has the version after the request and an outcome for each operation. An Update that would change nothing (refused, or applied before) fails with type \`NothingChanged\`; its details are the
receipts. It leaves no history.

The types are in \`contract/operations.ts\` and \`workflows/messages.ts\`; [Observe](../operating/observe.md) shows how to send one by hand.
`;

export function messagesPage(): string {
  const descriptions = readDescriptions();
  const rows = readMessages().map((message) => [
    `\`${message.name}\``,
    message.kind,
    `\`${argumentsOf(message)}\``,
    (descriptions.get(message.constant) ?? '').replace(/(\{.*\})/, '`$1`'),
  ]);
  return `${HEAD}\n${table(['name', 'kind', 'arguments', 'what it does'], rows)}\n${TAIL}`;
}
