using Presage.Detection;

namespace Presage.Watching;

/// <summary>An anomaly that has opened, has moved on or has ended, for the log.</summary>
readonly record struct AnomalyEvent(
    string Host, string Key, string Vital, Anomaly Anomaly, bool IsOpen, string Sentence);
