namespace Presage.Onnx;

/// <summary>A model cannot be used; the message says what was seen and what was expected.</summary>
public sealed class ModelException(string message, Exception? inner = null) : Exception(message, inner);
