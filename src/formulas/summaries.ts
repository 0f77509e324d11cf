/** What each formula is, in one sentence, and the unit of its value. */

export interface Summary {
  readonly says: string;
  /** Of the value, before any reduction over the batch; null where it has that of the data. */
  readonly unit: string | null;
}

const of = (unit: string | null, says: string): Summary => ({ says, unit });

export const summaries: Readonly<Record<string, Summary>> = {
  kl_diag_std_normal: of(
    'nats',
    'How far the encoder’s diagonal Gaussian is from the standard normal prior, in closed form: 0 only where the two are the same.',
  ),
  kl_gauss_gauss: of('nats', 'How far one diagonal Gaussian is from another, in closed form.'),
  kl_mc: of(
    'nats',
    'The divergence between posterior and prior, estimated from one sample: right in the mean, and for one sample it may be negative.',
  ),
  kl_gauss_full: of('nats', 'How far one Gaussian is from another where both have full covariances, in closed form.'),
  kl_dist: of('nats', 'The divergence of two distribution objects; their library chooses the closed form.'),
  kl_free_bits: of(
    'nats',
    'The divergence with a floor: what lies below it costs the same, so a latent is not pushed all the way to the prior.',
  ),
  neg_elbo: of('nats', 'An upper bound of −log p(x): what reconstruction costs, plus what the posterior costs against the prior.'),
  beta_vae: of(
    'nats',
    'The negative ELBO with a weight on the divergence: above 1 it asks for simpler, more independent latents; below 1 it is no bound.',
  ),
  capacity_vae: of('nats', 'Reconstruction, with the divergence held near a capacity C that is raised during training.'),
  tc_vae: of(
    'nats',
    'The divergence taken apart into mutual information, total correlation and what each dimension costs, with a weight on each.',
  ),
  iwae: of('nats', 'A bound of −log p(x) from K samples, each weighted by its importance: the more samples, the tighter.'),
  renyi_elbo: of('nats', 'A bound of −log p(x) by Rényi’s divergence of order α; α = 0 is the importance-weighted one.'),
  reparam: of(null, 'A sample of a Gaussian as a function of its mean and deviation and of noise, so that gradients reach both.'),
  gauss_nll: of('nats', 'How improbable a value is under a Gaussian with a diagonal covariance.'),
  mmd: of('no unit', 'How far two samples are apart, by the means of a kernel within and between them.'),
  vq_commitment: of(null, 'Pulls what the encoder gives to the code that was chosen for it; the code stays where it is.'),
  vq_vae_loss: of(null, 'Pulls codes to what the encoder gives, and, more weakly, what the encoder gives to its codes.'),
  ste: of(null, 'The value of the code, with the gradient of what stood before it: choosing a code has no gradient of its own.'),

  gan_d_bce: of('nats', 'What the discriminator is trained by: to call data real and samples generated, by cross-entropy.'),
  gan_g_ns: of(
    'nats',
    'What the generator is trained by: to make the discriminator call its samples real; the gradient is strong where they are bad.',
  ),
  gan_g_saturating: of('nats', 'The generator’s side of the minimax game: its gradient vanishes where the discriminator is sure.'),
  gan_g_linear: of('no unit', 'The generator raises the critic’s score of its samples.'),
  hinge_d: of('no unit', 'The discriminator separates data and samples by a margin of 1; beyond it nothing is gained.'),
  wgan_d: of(
    'no unit',
    'The critic’s mean score of samples less that of data: with a 1-Lipschitz critic, −1 × a lower bound of the Wasserstein distance.',
  ),
  wgan_gp: of('no unit', 'Keeps the critic’s slope near 1 between data and samples, as its Lipschitz condition asks.'),
  r1: of('no unit', 'Penalises the discriminator’s slope on data, which damps the game towards its equilibrium.'),
  lsgan_d: of('no unit', 'The discriminator regresses to one target on data and to another on samples.'),
  lsgan_g: of('no unit', 'The generator draws the discriminator’s score of its samples to a target.'),
  path_length: of('no unit', 'Keeps how far an image moves for a step of the latent near a running mean, in every direction alike.'),
  feature_matching: of('no unit', 'The distance of the mean features of data and of samples.'),
  feature_matching_paired: of(
    'no unit',
    'The distance of the discriminator’s features of a sample and of the example that it belongs to, layer by layer.',
  ),
  cycle_consistency: of(null, 'There and back again: what two translators make of an example has to be the example.'),

  sdpa: of(null, 'Each query’s mean of the values, weighted by how well it matches the keys.'),
  sdpa_weights: of('no unit', 'How much each query attends to each key: a softmax of their scaled dot products.'),
  rms_norm: of('no unit', 'Divides a vector by its root mean square and scales each component by a learned gain.'),
  layer_norm: of('no unit', 'Brings a vector to mean 0 and variance 1 over its components, then scales and shifts each.'),
  rope: of(null, 'Turns pairs of components by angles that grow with the position, so that scores depend on distances between positions.'),
  sinusoidal_pos: of('no unit', 'A position or a time as sines and cosines of many wavelengths.'),

  cross_entropy: of('nats', 'How improbable the right class is to the model.'),
  label_smoothing: of('nats', 'Cross-entropy against targets that leave a little to every class.'),
  bce: of('nats', 'How improbable the right one of two answers is to the model.'),
  focal: of('nats', 'Cross-entropy that counts examples less the surer the model is of them already.'),
  kl_categorical: of('nats', 'How far one distribution over classes is from another.'),
  distill_kl: of('nats', 'Draws a student’s distribution to its teacher’s, both softened by a temperature.'),
  mse: of('squared unit of the data', 'The mean of squared differences.'),
  perplexity: of('no unit', 'How many equally probable choices a model is as unsure as: the exponential of its cross-entropy in nats.'),
  bits_per_dim: of('bits per dimension', 'The negative log-likelihood of an example, in bits, shared among its dimensions.'),

  infonce: of('nats', 'Each example has to pick its partner out of the batch; a bound of the mutual information follows.'),
  nt_xent: of('nats', 'Two views of each example have to pick each other out of all other views of the batch.'),
  clip_loss: of('nats', 'Texts have to pick their images and images their texts, out of the batch.'),

  dpo: of('nats', 'Raises the preferred answer over the other, by how far the policy has moved from its reference on both.'),
  bradley_terry: of('nats', 'How improbable the people’s preference is, given a reward for each of two answers.'),
  ppo_clip: of('unit of the advantage', 'The policy gradient on sampled actions, without gain beyond a change of the policy by ε.'),
  kl_k1: of('nats', 'The divergence of two policies, estimated from one sample by the log-ratio: unbiased, and negative at times.'),
  kl_k3: of('nats', 'The divergence of two policies, estimated from one sample: unbiased and never negative.'),

  q_sample: of(null, 'The noisy example at time t in one step: less of the data, more noise.'),
  q_step: of(null, 'One step of the noising process.'),
  ddpm_eps_mse: of(null, 'The model guesses the noise that was mixed in; the loss is its squared error.'),
  v_target: of(null, 'The velocity of the noising path, as a target: a mix of noise and data.'),
  v_mse: of(null, 'The model guesses the velocity of the noising path; the loss is its squared error.'),
  x0_from_eps: of(null, 'The clean example that a guess of the noise implies.'),
  x0_from_v: of(null, 'The clean example that a guess of the velocity implies.'),
  ddpm_posterior: of(null, 'Where the example was one step before, given where it is and the clean one: mean and variance.'),
  ddpm_mean: of(null, 'The mean of one denoising step, from a guess of the noise.'),
  ddpm_vlb: of('nats', 'The bound of −log p(x) of a diffusion model: a divergence for every step.'),
  ddim_step: of(null, 'One step from time t to s by way of the implied clean example, with as much new noise as σ says.'),
  cfg: of(null, 'Moves the guess away from what the model says without the condition, s times as far as to what it says with it.'),
  snr: of('no unit', 'The power of the data over that of the noise at time t.'),
  min_snr: of('no unit', 'The weight of a time step in the loss: easy steps, with much signal, count no more than γ allows.'),
  cosine_schedule: of('no unit', 'A noise schedule in which the signal falls as a squared cosine.'),
  edm_precond: of(
    null,
    'Scales what enters and leaves a denoiser’s network so that its input and its target have variance 1 at every noise level.',
  ),
  edm_weight: of(null, 'The weight of a noise level in the loss that makes every level count the same at the start.'),
  karras_sigmas: of(null, 'Noise levels for sampling, the denser the lower they are.'),
  euler_step: of(null, 'One step along the slope of the sampling equation.'),
  heun_step: of(null, 'One step along the mean of the slopes at both ends: an error of second order.'),
  dsm: of(null, 'The model’s score at a noisy point has to point back to the example that it was made from.'),
  eps_from_score: of(null, 'The noise that a score implies.'),
  pf_ode: of(null, 'The path without noise that has the same distribution at every time as the diffusion.'),
  reverse_sde: of(null, 'The diffusion run backwards, from noise to data.'),
  sub_vp: of(null, 'A noising kernel whose variance is never above that of the variance-preserving one.'),

  fm_interp: of(null, 'The point at time t on the straight line from noise to data.'),
  fm_target: of(null, 'The velocity of the straight line from noise to data.'),
  fm_loss: of(null, 'The model guesses the velocity of the path from noise to data; the loss is its squared error.'),
  flow_nll: of(
    'nats',
    'The log-density of an example under an invertible map: that of what it is mapped to, and how the map stretches volumes.',
  ),
};
