namespace Presage.Onnx;

/// <summary>An input or output of a model, as its file declares it.</summary>
/// <param name="Type">The type of its elements, such as float32.</param>
/// <param name="Shape">Its dimensions; -1 for one of any length.</param>
public sealed record ModelTensor(string Name, string Type, IReadOnlyList<int> Shape)
{
    /// <summary>Such as <c>window: float32[N, 60]</c>.</summary>
    public override string ToString() =>
        $"{Name}: {Type}[{string.Join(", ", Shape.Select(static size => size < 0 ? "N" : $"{size}"))}]";
}
