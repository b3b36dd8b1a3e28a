/** A scenario: puts one kind of load on the stage and says what it measured. */
import type { Figure } from './figure.ts';
import type { Stage } from './stage/stage.ts';

export interface Scenario {
  /** What `--scenario` takes. */
  id: string;
  title: string;
  run(stage: Stage): Promise<Figure[]>;
}
