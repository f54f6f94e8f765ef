import { type Distribution, journal } from './distribution.js';

// Current node images of all three clouds log kubelet and containerd to the journal; the file of each is what older
// images wrote, and what the original agent read.
const NODE_UNITS = [journal('kubelet.service'), journal('containerd.service', 'container-runtime')];

const MANAGED = { unavailable: 'the provider runs the control plane; switch its audit log on there' };

/** Azure Kubernetes Service. */
export const aks: Distribution = {
  name: 'aks',
  title: 'Azure Kubernetes Service',
  journal: NODE_UNITS,
  files: [
    {
      id: 'file-kubelet-status',
      path: '/var/log/azure/kubelet-status.log',
      component: 'kubelet',
      format: 'text',
    },
  ],
  auditLog: MANAGED,
};

/** Amazon Elastic Kubernetes Service. */
export const eks: Distribution = {
  name: 'eks',
  title: 'Amazon Elastic Kubernetes Service',
  journal: NODE_UNITS,
  files: [
    // Amazon Linux 2 copies the journal into this file, so what the journal inputs read is left out here.
    {
      id: 'file-messages',
      path: '/var/log/messages',
      component: 'node',
      format: 'syslog',
      excludePrograms: ['kubelet', 'containerd'],
    },
  ],
  auditLog: MANAGED,
};

/** Google Kubernetes Engine. */
export const gke: Distribution = {
  name: 'gke',
  title: 'Google Kubernetes Engine',
  journal: NODE_UNITS,
  files: [
    { id: 'file-kube-proxy', path: '/var/log/kube-proxy.log', component: 'kube-proxy', format: 'klog' },
  ],
  auditLog: MANAGED,
};
