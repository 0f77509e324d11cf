/** Formulas of variational auto-encoders, vector quantisation and GANs; contrastive and preference losses. */

import references from '../../fixtures/formulas/a.json';
import { describeFormulas } from './reference.ts';

const known: Readonly<Record<string, readonly [family: string, name: string]>> = {
  kl_diag_std_normal: ['VAE', 'KL of a diagonal Gaussian to N(0, I)'],
  kl_gauss_gauss: ['VAE', 'KL between two diagonal Gaussians'],
  kl_mc: ['VAE', 'One-sample KL estimate'],
  kl_gauss_full: ['VAE', 'KL between two multivariate Gaussians'],
  kl_dist: ['VAE', 'KL divergence of distribution objects'],
  kl_free_bits: ['VAE', 'KL with free bits'],
  neg_elbo: ['VAE', 'Negative ELBO'],
  beta_vae: ['VAE', 'beta-VAE loss'],
  capacity_vae: ['VAE', 'beta-VAE with controlled capacity'],
  tc_vae: ['VAE', 'Total-correlation decomposition'],
  iwae: ['VAE', 'IWAE bound'],
  renyi_elbo: ['VAE', 'Renyi bound (as a loss)'],
  reparam: ['VAE', 'Reparametrisation'],
  gauss_nll: ['VAE', 'Gaussian (negative) log density'],
  mmd: ['VAE', 'Squared maximum mean discrepancy'],
  vq_commitment: ['VQ', 'VQ-VAE commitment loss'],
  vq_vae_loss: ['VQ', 'VQ-VAE code book and commitment loss'],
  ste: ['VQ', 'Straight-through estimator'],
  gan_d_bce: ['GAN', 'Minimax discriminator loss'],
  gan_g_ns: ['GAN', 'Non-saturating generator loss'],
  gan_g_saturating: ['GAN', 'Saturating generator loss'],
  gan_g_linear: ['GAN', 'Linear generator loss'],
  hinge_d: ['GAN', 'Hinge discriminator loss'],
  wgan_d: ['GAN', 'Wasserstein critic loss'],
  wgan_gp: ['GAN', 'WGAN gradient penalty'],
  r1: ['GAN', 'Zero-centred gradient penalty (R1)'],
  lsgan_d: ['GAN', 'Least-squares discriminator loss'],
  lsgan_g: ['GAN', 'Least-squares generator loss'],
  path_length: ['GAN', 'Path length regularisation'],
  feature_matching: ['GAN', 'Feature matching (of means)'],
  feature_matching_paired: ['GAN', 'Feature matching (paired)'],
  cycle_consistency: ['GAN', 'Cycle consistency loss'],
  infonce: ['Contrastive', 'InfoNCE'],
  nt_xent: ['Contrastive', 'NT-Xent'],
  clip_loss: ['Contrastive', 'Symmetric contrastive loss'],
  dpo: ['Preference', 'DPO'],
  bradley_terry: ['Preference', 'Bradley-Terry reward loss'],
  ppo_clip: ['Preference', 'Clipped policy loss'],
  kl_k3: ['Preference', 'KL estimate k3'],
  kl_k1: ['Preference', 'KL estimate k1'],
};

/** Of numbers that the identity itself gives, or 0 on both sides. */
const constant = ['Its mean under the policy is the divergence.', 'A change of the code alone does not change it to first order.'];

describeFormulas(known, references, ['kl_dist'], constant);
