import { type Distribution, journal } from './distribution.js';

/** Kubeadm and anything not listed: the kubelet and whichever container runtime is there. */
export const generic: Distribution = {
  name: 'generic',
  title: 'generic (kubeadm and others)',
  journal: [
    journal('kubelet.service'),
    journal('containerd.service', 'container-runtime'),
    journal('crio.service', 'container-runtime'),
    journal('docker.service', 'container-runtime'),
  ],
  files: [],
  auditLog: { unavailable: 'its place differs; set collection.auditLog.path' },
};
