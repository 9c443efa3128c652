using Presage.Metrics;

namespace Presage.Alerting.Rules;

/// <summary>
/// A change of phase of one instance: inactive to pending or firing, pending to firing or inactive, firing to resolved.
/// <paramref name="State"/> is the state after it, or the last one before the end.
/// </summary>
public sealed record AlertTransition(
    LabelSet Labels, AlertPhase From, AlertPhase To, long AtMs, InstanceState State, EndReason? Ended = null);
