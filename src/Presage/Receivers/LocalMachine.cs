namespace Presage.Receivers;

/// <summary>The collection of the server's own machine; null when it is switched off.</summary>
sealed record LocalMachine(LocalCollection? Collection);
