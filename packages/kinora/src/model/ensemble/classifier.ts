/**
 * The tutorial's stacking classifier: one linear layer over the concatenated logits of several networks. It is not in
 * the registry of networks, because it takes logits instead of clips.
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
