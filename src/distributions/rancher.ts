import { type Distribution, journal } from './distribution.js';

/** K3s on nodes with systemd. The control plane runs inside the service, so the journal is its only log. */
export const k3s: Distribution = {
  name: 'k3s',
  title: 'K3s (systemd)',
  journal: [journal('k3s.service'), journal('k3s-agent.service')],
  files: [],
  auditLog: { path: '/var/lib/rancher/k3s/server/logs/audit.log' },
};

/** K3s on nodes with OpenRC, which writes the service's output to a file. */
export const k3sOpenRc: Distribution = {
  ...k3s,
  title: 'K3s (openrc)',
  journal: [],
  files: [
    { id: 'file-k3s', path: '/var/log/k3s.log', component: 'k3s', format: 'text' },
    { id: 'file-k3s-agent', path: '/var/log/k3s-agent.log', component: 'k3s-agent', format: 'text' },
  ],
};

// The log of K3s' and RKE2's containerd is left alone: it lies in the folder of all container file systems, and a mount
// of that folder takes their mounts along and keeps containers from being removed.

/** RKE2. Its control plane runs in static pods; the service and the kubelet do not. */
export const rke2: Distribution = {
  name: 'rke2',
  title: 'RKE2',
  journal: [journal('rke2-server.service'), journal('rke2-agent.service')],
  files: [
    {
      id: 'file-kubelet',
      path: '/var/lib/rancher/rke2/agent/logs/kubelet.log',
      component: 'kubelet',
      format: 'klog',
    },
  ],
  auditLog: { path: '/var/lib/rancher/rke2/server/logs/audit.log' },
};

/** RKE1. Its components run in Docker; the folder holds links to their logs, which lie below Docker's own folder. */
export const rke: Distribution = {
  name: 'rke',
  title: 'RKE',
  journal: [journal('docker.service', 'container-runtime')],
  files: [{ id: 'file-rke', path: '/var/lib/rancher/rke/log/*.log', format: 'docker' }],
  auditLog: { path: '/var/log/kube-audit/audit-log.json' },
};
