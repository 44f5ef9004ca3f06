/**
 * The tutorial's stacking classifier: one linear layer over the logits of several networks side by side. It is
 * no network of the registry, for it takes logits and not clips.
 */
import { nn, type Tensor } from '@kinora/torch';

/** `[N, members * classes]`, member after member, to logits `[N, classes]`; its layer is `fc1`, as in the tutorial. */
export class Classifier extends nn.Module {
  readonly fc1: nn.Linear;

  constructor(classes: number, members = 5) {
    super();
    this.fc1 = new nn.Linear(members * classes, classes);
  }

  forward(logits: Tensor): Tensor {
    return this.fc1.call(logits);
  }
}
