using Presage.State;

namespace Presage.Notifying;

/// <summary>Where alerting keeps what must survive the process.</summary>
sealed record AlertingStores(
    StateDatabase State, AlertStore Alerts, RuleStore Rules, SilenceStore Silences, ChannelStore Channels);
