import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { MlflowEndpoint, ModelStore } from 'mlflow-serverless/cdk';

// An app as it may be today: a function that takes orders.
const app = new App();
const stack = new Stack(app, 'wine-shop');
const orders = new LambdaFunction(stack, 'Orders', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
});

// The model joins it: a bucket for its versions, an endpoint that asks for signed requests, and the one
// function that may send them.
const store = new ModelStore(stack, 'Models');
const wine = new MlflowEndpoint(stack, 'Wine', {
  store,
  modelUri: 'models:/wine@champion',
  auth: { iam: true },
});
wine.grantInvoke(orders);
orders.addEnvironment('WINE_URL', wine.url);
new CfnOutput(stack, 'RegistryUri', { value: store.registryUri });
