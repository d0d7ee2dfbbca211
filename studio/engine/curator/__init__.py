"""Training of classifiers: a head on frozen features, then the last stages of the network, each kept only if better."""
