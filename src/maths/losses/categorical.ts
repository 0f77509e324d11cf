/** Losses of probabilities of classes, which stand along the last axis, on arrays of dual numbers. All in nats. */

import { add, divide, exp, log, multiply, negate, power, square, subtract } from '../tensor/elementwise.ts';
import { logSoftmax, mean, softmax, sum } from '../tensor/reduce.ts';
import { oneHot } from '../tensor/shape.ts';
import { scalar, type Tensor } from '../tensor/tensor.ts';

const one = scalar(1);

/** Of the class by its number: [...] of log-probabilities [..., classes]. */
export function ofClass(logProbabilities: Tensor, label: Tensor): Tensor {
  return sum(multiply(oneHot(label, logProbabilities.shape.at(-1) ?? 0), logProbabilities), [-1]);
}

/** @returns [..., classes]; the sum over classes is the loss of an example */
export function crossEntropyTerms(target: Tensor, logProbabilities: Tensor): Tensor {
  return negate(multiply(target, logProbabilities));
}

/** The target drawn towards the uniform one. @param classes their number, a number */
export function smoothed(target: Tensor, smoothing: Tensor, classes: Tensor): Tensor {
  return add(multiply(subtract(one, smoothing), target), divide(smoothing, classes));
}

/** The smoothing shared by the other classes alone. */
export function smoothedOverOthers(target: Tensor, smoothing: Tensor, classes: Tensor): Tensor {
  return add(multiply(subtract(one, smoothing), target), multiply(divide(smoothing, subtract(classes, one)), subtract(one, target)));
}

/** [...] of a label by its number: the loss of the label and, for the smoothing, the mean of those of all classes. */
export function smoothedCrossEntropy(logProbabilities: Tensor, label: Tensor, smoothing: Tensor): Tensor {
  const uniform = negate(mean(logProbabilities, [-1]));
  return add(multiply(subtract(one, smoothing), negate(ofClass(logProbabilities, label))), multiply(smoothing, uniform));
}

/** The same with the smoothing shared by the other classes alone. */
export function crossEntropySmoothedOverOthers(logProbabilities: Tensor, label: Tensor, smoothing: Tensor): Tensor {
  const classes = logProbabilities.shape.at(-1) ?? 0;
  const share = divide(smoothing, scalar(classes - 1));
  const all = negate(sum(logProbabilities, [-1]));
  return add(multiply(subtract(subtract(one, smoothing), share), negate(ofClass(logProbabilities, label))), multiply(share, all));
}

/** [..., classes] of two distributions, both by their logarithms; the sum over classes is the divergence. */
export function divergenceTerms(logP: Tensor, logQ: Tensor): Tensor {
  return multiply(exp(logP), subtract(logP, logQ));
}

/** The terms of the divergence of the student's distribution from the teacher's, both at a temperature. */
export function distillationTerms(teacher: Tensor, student: Tensor, temperature: Tensor): Tensor {
  return divergenceTerms(logSoftmax(divide(teacher, temperature), -1), logSoftmax(divide(student, temperature), -1));
}

/** The same without the teacher's entropy: with the teacher held constant the gradient is equal. */
export function softCrossEntropyTerms(teacher: Tensor, student: Tensor, temperature: Tensor): Tensor {
  return crossEntropyTerms(softmax(divide(teacher, temperature), -1), logSoftmax(divide(student, temperature), -1));
}

/** Makes gradients at different temperatures alike in size. */
export function timesSquaredTemperature(loss: Tensor, temperature: Tensor): Tensor {
  return multiply(square(temperature), loss);
}

/** Little of what is already probable counts. @param probability of what is true; @param loss its cross-entropy */
export function focused(loss: Tensor, probability: Tensor, focusing: Tensor): Tensor {
  return multiply(power(subtract(one, probability), focusing), loss);
}

/** Log-odds of probabilities. */
export function logitOf(probability: Tensor): Tensor {
  return subtract(log(probability), log(subtract(one, probability)));
}
