namespace Presage.Detection.OwnModels;

/// <summary>A trained model that answers for windows of values; what runs it lies outside this library.</summary>
public interface IWindowModel
{
    /// <summary>Numbers answered per window.</summary>
    int Outputs { get; }

    /// <summary>Answers for some windows, which lie one behind the other.</summary>
    /// <param name="windows">The windows; only the first <paramref name="count"/> count.</param>
    /// <param name="outputs">Takes <see cref="Outputs"/> numbers for each.</param>
    void Run(float[] windows, int count, float[] outputs);
}
