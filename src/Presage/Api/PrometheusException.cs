namespace Presage.Api;

/// <summary>An error of the Prometheus API: its envelope has a type and a text instead of a problem.</summary>
sealed class PrometheusException(int status, string errorType, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string ErrorType { get; } = errorType;

    public static PrometheusException BadParameter(string name, string message) =>
        new(StatusCodes.Status400BadRequest, "bad_data", $"invalid parameter \"{name}\": {message}");
}
