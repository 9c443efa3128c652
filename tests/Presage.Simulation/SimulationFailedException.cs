namespace Presage.Simulation;

/// <summary>The store broke a promise.</summary>
sealed class SimulationFailedException(string message) : Exception(message);
