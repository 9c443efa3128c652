using Presage.Alerting.Silences;

namespace Presage.State;

/// <summary>A silence as it is stored.</summary>
/// <param name="HeldBack">Alerts whose message it held back so far.</param>
sealed record StoredSilence(long Id, Silence Silence, long CreatedMs, string CreatedBy, string Comment, int HeldBack);
