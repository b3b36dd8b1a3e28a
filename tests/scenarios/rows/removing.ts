/** Scenarios of taking lines out. */
import { add, clear, refused, remove, type Scenario } from '../steps.ts';

export const REMOVING: Scenario[] = [
  {
    title: 'removing takes out one line and leaves the others',
    given: [add('T-A'), add('T-B'), add('T-C')],
    when: [remove('l2')],
    expect: { lines: ['l1: 1 × T-A', 'l3: 1 × T-C'], version: 4, subtotal: 4_498 },
  },
  {
    title: 'a line can be removed once',
    given: [add('T-A'), add('T-B')],
    when: [remove('l1'), remove('l1')],
    expect: { answers: [{ is: 'accepted' }, refused('line_not_found')], lines: ['l2: 1 × T-B'], version: 3 },
  },
  {
    title: 'removing the last line leaves an empty cart',
    given: [add('T-A')],
    when: [remove('l1')],
    expect: { lines: [], version: 2, subtotal: 0 },
  },
  {
    title: 'clearing takes out everything in one change',
    given: [add('T-A', 2), add('T-B'), add('T-C')],
    when: [clear()],
    expect: { lines: [], version: 4, subtotal: 0, warnings: [] },
  },
  {
    title: 'clearing an empty cart is no fault and counts as a change',
    given: [add('T-A'), clear()],
    when: [clear()],
    expect: { lines: [], version: 3 },
  },
  {
    title: 'line numbers go on after a clear',
    given: [add('T-A'), add('T-B'), clear()],
    when: [add('T-A')],
    expect: { lines: ['l3: 1 × T-A'], version: 4 },
  },
];
