namespace Presage.Api;

sealed class PrometheusQueries
{
    public Task InstantAsync(HttpContext context) => throw new NotSupportedException();

    public Task RangeAsync(HttpContext context) => throw new NotSupportedException();

    public Task SeriesAsync(HttpContext context) => throw new NotSupportedException();

    public Task LabelsAsync(HttpContext context) => throw new NotSupportedException();

    public Task LabelValuesAsync(string name, HttpContext context) => throw new NotSupportedException();

    public static BuildInfoAnswer BuildInfo() => throw new NotSupportedException();
}
